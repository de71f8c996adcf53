// Selects parameters of a query string, byte for byte and in the viewer's order.
import type { ItemSelection } from '../model/policies.ts'

/** Which parameters or cookies are taken, as cache and origin request policies say it. */
export type NameSelection = ItemSelection<'none' | 'whitelist' | 'allExcept' | 'all'>

/**
 * Compiles a selection to a function from the viewer's query string to the selected one. `&` is the only
 * separator; names and values are compared and kept as sent. (Developer Guide, 'Cache content based on query string parameters')
 */
export function compileQuerySelection(selection: NameSelection): (queryString: string) => string {
  switch (selection.behavior) {
    case 'none':
      return () => ''
    case 'all':
      return (queryString) => queryString
    case 'whitelist':
    case 'allExcept': {
      const names = new Set(selection.names)
      const wanted = selection.behavior === 'whitelist'
      return (queryString) => (queryString === '' ? '' : pick(queryString, names, wanted))
    }
  }
}

function pick(queryString: string, names: ReadonlySet<string>, wanted: boolean): string {
  const parameters = queryString.split('&')
  const kept = parameters.filter((parameter) => names.has(toName(parameter)) === wanted)
  return kept.length === parameters.length ? queryString : kept.join('&')
}

function toName(parameter: string): string {
  const equals = parameter.indexOf('=')
  return equals === -1 ? parameter : parameter.slice(0, equals)
}
