// docs/lint.md from the trap rules.
import type { RuleText } from '../src/config/lint/rule.ts'

interface Topic {
  readonly topic: string
  readonly rules: readonly RuleText[]
}

/** The page: how to use the rules, then each with its reason; those that requests show at the end. */
export function renderLint(topics: readonly Topic[], seen: readonly RuleText[]): string {
  const count = topics.reduce((sum, { rules }) => sum + rules.length, 0)
  const last = renderTopic({ topic: SEEN_TOPIC, rules: seen }, SEEN_TEXT)
  return `${HEAD(count)}${topics.map((each) => renderTopic(each)).join('\n')}\n${last}`
}

const HEAD = (count: number): string => `# Traps

Made by \`npm run docs\` from the rules in src/config/lint. Some settings pass every check of AWS and still do not do what
they look like. pocketfront looks for ${count} of them whenever it reads a configuration: \`pocketfront validate FILES\` prints all,
the lines at start the first three. A trap keeps nothing from starting.

- \`--no-lint\`, or \`lint: false\` in createPocketfront: none are looked for.
- A file switches single rules off: \`lint: { off: [legacy-settings, user-agent-in-key] }\`.
- \`pocketfront validate --max-traps 0 FILES\` fails when there is one, for CI. \`--format github\` makes annotations.

`

function renderTopic({ topic, rules }: Topic, text?: string): string {
  const lines = text === undefined ? [] : [text, '']
  return [`## ${topic}`, '', ...lines, ...rules.flatMap(renderRule)].join('\n')
}

function renderRule({ id, title, why, page }: RuleText): string[] {
  return [`### ${id}`, '', `**${capital(title)}.** ${why}`, '', `Developer Guide: '${page}'`, '']
}

const SEEN_TOPIC = 'Seen while requests are answered'
const SEEN_TEXT = `No configuration shows these by itself. While pocketfront runs it looks through the traces it keeps (not one request waits
for that), and tells each trap once for a behavior: as a line of the log with \`event: trap\`, in \`GET /traps\` on the admin
port and \`traps()\` of createPocketfront, and in the trace of the request that showed it.`

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
