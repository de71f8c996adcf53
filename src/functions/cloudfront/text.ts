// Bytes of a message as text for CloudFront Functions, and back. ('Restrictions on all edge functions', URI and query string encoding)

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 where the bytes are UTF-8, else as if they were ISO-8859-1. `raw` has one character per byte. */
export function toEventText(raw: string): string {
  if (isAscii(raw)) return raw
  try {
    return utf8.decode(Buffer.from(raw, 'latin1'))
  } catch {
    return raw
  }
}

/** The UTF-8 form, one character per byte: what goes out when a function changed a value. */
export function toWireUtf8(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** The UTF-8 form where only ASCII can stand; percent signs stay as they are. */
export function toUrlText(text: string): string {
  if (/^[\u0021-\u007e]*$/.test(text)) return text
  return text.toWellFormed().replace(/[^\u0021-\u007e]+/g, (each) => encodeURIComponent(each))
}

/** Why a text cannot stand in a header, or null. */
export function checkHeaderText(text: string): string | null {
  return CONTROL.test(text) ? 'a control character' : null
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}
