// The part of a query string that is not in the cache key, and whether it may change an answer.
import { compileQuerySelection, type NameSelection } from '../message/query.ts'
import type { DefaultCacheBehavior } from '../model/cache-behavior.ts'
import { selectForwardedQuery, selectKeyedQuery } from './selections.ts'

/** What the key does not have of a query string. */
export interface LeftOut {
  /** Parameters that may change an answer, in a fixed order; '' for none. */
  readonly query: string
  /** Those of them that do more than make a URL new. */
  readonly meaning: string
}

const NOTHING: LeftOut = { query: '', meaning: '' }

/** Added to links for those who count visitors; no server answers by them. */
const TRACKING =
  /^(?:utm_|gad_|hsa_|pk_|piwik_|matomo_|mtm_|_hs)|^(?:gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igsh(?:id)?|li_fat_id|mc_[ce]id|_ga|_gl|mkt_tok|ref_src)$/i

/** Makes a URL new, so that no cache has it. A parameter without a value is one, too: /site.css?3f9c21. */
const BUSTER =
  /^(?:v|ver|version|rev|build|hash|t|ts|timestamp|_|cb|cache-?bust(?:er)?|nocache|rnd|rand|random)$/i

/** Compiles a behavior to a function from the viewer's query string to what its key leaves out. */
export function compileLeftOut(behavior: DefaultCacheBehavior): (queryString: string) => LeftOut {
  const select = compileQuerySelection(without(selectKeyedQuery(behavior)))
  return (queryString) => {
    if (queryString === '') return NOTHING
    const parameters = select(queryString).split('&')
    const counted = parameters.filter((each) => each !== '' && !TRACKING.test(toName(each))).toSorted()
    const meaning = counted.filter((each) => each.includes('=') && !BUSTER.test(toName(each)))
    return { query: counted.join('&'), meaning: meaning.join('&') }
  }
}

/** Compiles a behavior to whether the origin gets any of these parameters. */
export function compileIsForwarded(behavior: DefaultCacheBehavior): (query: string) => boolean {
  const select = compileQuerySelection(selectForwardedQuery(behavior))
  return (query) => select(query) !== ''
}

/** The names in which two query strings differ, each once. */
export function namesThatDiffer(one: string, other: string): string[] {
  const [left, right] = [new Set(one.split('&')), new Set(other.split('&'))]
  const different = [...left, ...right].filter((each) => each !== '' && left.has(each) !== right.has(each))
  return [...new Set(different.map(toName))]
}

/** What a selection does not take. */
function without({ behavior, names }: NameSelection): NameSelection {
  switch (behavior) {
    case 'none':
      return { behavior: 'all', names: [] }
    case 'all':
      return { behavior: 'none', names: [] }
    case 'whitelist':
      return { behavior: 'allExcept', names }
    case 'allExcept':
      return { behavior: 'whitelist', names }
  }
}

function toName(parameter: string): string {
  return parameter.split('=', 1)[0]!
}
