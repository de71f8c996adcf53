// Finds the comments that say where we differ from CloudFront, and prints them as a page.

const MARK = 'Differs from CloudFront:'

export interface Difference {
  file: string
  text: string
}

/** The text of a comment line, without its `//`, `/**` or `*`; null for a line of code. */
function commentText(line: string): string | null {
  const trailing = /^[^'"`]*?\/\/\s?(Differs from CloudFront:.*)$/.exec(line)
  if (trailing !== null) return trailing[1] ?? null
  const whole = /^\s*(?:\/\/+|\/\*+|\*(?!\/))\s?(.*?)\s*(?:\*\/)?\s*$/.exec(line)
  return whole === null ? null : (whole[1] ?? '')
}

/** Every marked comment of one file in order: the marked line and its continuation lines up to the end of the comment. */
export function findDifferences(file: string, source: string): Difference[] {
  const found: Difference[] = []
  let open: string[] | null = null
  const close = (): void => {
    if (open !== null) found.push({ file, text: toSentence(open.join(' ')) })
    open = null
  }
  for (const line of source.split('\n')) {
    const text = commentText(line)
    if (text === null || text === '' || text.startsWith('@')) {
      close()
      continue
    }
    const at = text.indexOf(MARK)
    if (at >= 0) {
      close()
      open = [text.slice(at + MARK.length)]
    } else if (open !== null) open.push(text)
    if (line.trimEnd().endsWith('*/')) close()
  }
  close()
  return found
}

function toSentence(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim()
  // A name from code keeps its spelling.
  return /^[a-z]+[.,;:]?(?:\s|$)/.test(plain) ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain
}

const HEAD = `# Where pocketfront differs from CloudFront

Differences on purpose, each with the file that makes it. This page is generated from the comments that
start with \`${MARK}\` (\`npm run docs\`); change those, not this page.
`

/** The page: one section per folder of src, one line per difference. */
export function renderDifferences(differences: readonly Difference[]): string {
  const sections = new Map<string, Difference[]>()
  for (const difference of differences) {
    const [, folder = ''] = difference.file.split('/')
    const section = folder.replace(/\.ts$/, '')
    sections.set(section, [...(sections.get(section) ?? []), difference])
  }
  const parts = [...sections].map(([section, items]) => {
    const lines = items.map(({ file, text }) => `- ${text} ([${file.slice('src/'.length)}](../${file}))`)
    return `\n## ${section}\n\n${lines.join('\n')}\n`
  })
  return HEAD + parts.join('')
}
