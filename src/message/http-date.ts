// HTTP dates: the three forms that are read, the one that is written.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/
const RFC_850 = /^[A-Z][a-z]+day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/

/** Milliseconds since 1970, or null when the text is no HTTP date (RFC 9110, section 5.6.7). */
export function parseHttpDate(text: string): number | null {
  const trimmed = text.trim()
  let match = IMF_FIXDATE.exec(trimmed)
  if (match !== null)
    return toInstant(Number(match[3]), match[2]!, match[1]!, match[4]!, match[5]!, match[6]!)
  match = RFC_850.exec(trimmed)
  if (match !== null) {
    // Two digits without a clock at hand: 70 to 99 are of the last century, the form is no longer produced.
    const year = Number(match[3])
    return toInstant(year + (year >= 70 ? 1900 : 2000), match[2]!, match[1]!, match[4]!, match[5]!, match[6]!)
  }
  match = ASCTIME.exec(trimmed)
  if (match !== null)
    return toInstant(Number(match[6]), match[1]!, match[2]!, match[3]!, match[4]!, match[5]!)
  return null
}

function toInstant(
  year: number,
  monthName: string,
  dayText: string,
  hours: string,
  minutes: string,
  seconds: string,
): number | null {
  const month = MONTHS.indexOf(monthName)
  const day = Number(dayText)
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month, day)
  const exists = month !== -1 && midnight.getUTCDate() === day && midnight.getUTCMonth() === month
  // 60 is a leap second.
  if (!exists || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null
  return midnight.getTime() + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}

let lastSecond = NaN
let lastText = ''

/** The IMF-fixdate of an instant; the text of the current second is made once (RFC 9110, section 5.6.7). */
export function toHttpDate(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000)
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString()
    lastSecond = second
  }
  return lastText
}
