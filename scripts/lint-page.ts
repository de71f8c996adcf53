// docs/lint.md from the trap rules.
import type { LintRule } from '../src/config/lint/rule.ts'

interface Topic {
  readonly topic: string
  readonly rules: readonly LintRule[]
}

/** The page: how to use the rules, then each with its reason. */
export function renderLint(topics: readonly Topic[]): string {
  const count = topics.reduce((sum, { rules }) => sum + rules.length, 0)
  return `${HEAD(count)}${topics.map(renderTopic).join('\n')}`
}

const HEAD = (count: number): string => `# Traps

Made by \`npm run docs\` from the rules in src/config/lint. Some settings pass every check of AWS and still do not do what
they look like. pocketfront looks for ${count} of them whenever it reads a configuration: \`pocketfront validate FILES\` prints all,
the lines at start the first three. A trap keeps nothing from starting.

- \`--no-lint\`, or \`lint: false\` in createPocketfront: none are looked for.
- A file switches single rules off: \`lint: { off: [legacy-settings, user-agent-in-key] }\`.
- \`pocketfront validate --max-traps 0 FILES\` fails when there is one, for CI. \`--format github\` makes annotations.

`

function renderTopic({ topic, rules }: Topic): string {
  return [`## ${topic}`, '', ...rules.flatMap(renderRule)].join('\n')
}

function renderRule({ id, title, why, page }: LintRule): string[] {
  return [`### ${id}`, '', `**${capital(title)}.** ${why}`, '', `Developer Guide: '${page}'`, '']
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
