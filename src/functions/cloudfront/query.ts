// Query strings as CloudFront Functions see them: by name, as sent, nothing decoded but UTF-8.
import { toEventText, toUrlText } from './text.ts'
import type { Item, ItemKind } from './values.ts'

/** The parameters in the viewer's order. */
export function toQueryItems(queryString: string): Item[] {
  if (queryString === '') return []
  return queryString
    .split('&')
    .filter((raw) => raw !== '')
    .map((raw) => {
      const equals = raw.indexOf('=')
      const [name, value] = equals === -1 ? [raw, ''] : [raw.slice(0, equals), raw.slice(equals + 1)]
      return { name: toEventText(name), value: toEventText(value), attributes: null, raw }
    })
}

export const QUERY: ItemKind = {
  field: 'request.querystring',
  hasAttributes: false,
  checkName: (name) => {
    const problem = checkText(name)
    return problem === null ? null : `request.querystring has a name with ${problem}`
  },
  checkValue: checkText,
  write: (name, value) => toUrlText(`${name}=${value}`),
}

/** (Developer Guide, 'Restrictions on all edge functions', URI and query string encoding) */
function checkText(text: string): string | null {
  if (text.includes(' ')) return 'a space'
  if (text.includes('#')) return 'a fragment identifier'
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text) ? 'a control character' : null
}
