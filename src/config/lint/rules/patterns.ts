// Traps of path patterns: behaviors that no request reaches.
import { covers } from '../covers.ts'
import { eachBehavior, type LintRule } from '../rule.ts'

const PAGE = 'Cache behavior settings'

export const patternShadowed: LintRule = {
  id: 'pattern-shadowed',
  title: 'an earlier pattern takes all requests of a behavior',
  why: 'The first pattern that matches wins, in the order of the list. One that is wider than a later one leaves nothing for it.',
  page: PAGE,
  check: ({ behaviors }) =>
    behaviors.flatMap(({ behavior, pattern, name }, index) => {
      const wider = behaviors
        .slice(0, index)
        .find((earlier) => earlier.pattern !== null && covers(earlier.pattern, pattern ?? '*'))
      if (wider === undefined) return []
      return [
        {
          at: behavior,
          key: pattern === null ? 'TargetOriginId' : 'PathPattern',
          message: `no request reaches ${name}: ${wider.pattern} comes first`,
          fix:
            pattern === null ? `make this the behavior ${wider.pattern}` : `put it before ${wider.pattern}`,
        },
      ]
    }),
}

export const patternWithQuery: LintRule = {
  id: 'pattern-with-query-string',
  title: 'a path pattern with a query string',
  why: 'Patterns are compared with the path alone. A ? in a pattern stands for one character, so that this one takes other requests than it seems to.',
  page: PAGE,
  check: eachBehavior(({ pattern, name }) =>
    pattern !== null && pattern.includes('?*')
      ? {
          key: 'PathPattern',
          message: `${name} cannot match a query string; its ? is any one character of the path`,
          fix: 'select by path, and read the query string in a function',
        }
      : null,
  ),
}

export const patternNotNormal: LintRule = {
  id: 'pattern-never-matches',
  title: 'a path pattern that no path can match',
  why: 'Before paths are compared, CloudFront merges double slashes and resolves . and .. segments. A pattern that has them matches nothing.',
  page: PAGE,
  check: eachBehavior(({ pattern, name }) =>
    pattern !== null && /\/\/|\/\.\.?(?:\/|$)/.test(pattern)
      ? {
          key: 'PathPattern',
          message: `no request reaches ${name}: paths have no empty, . or .. segments any more`,
          fix: 'write the path as it is after normalization',
        }
      : null,
  ),
}
