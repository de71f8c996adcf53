// Terraform's references and addresses as steps: `module.cdn["eu"].aws_s3_bucket.site[0].arn`.

/** A name with the index behind it, `"eu"` or `0` as written; null: none. */
export interface Step {
  readonly name: string
  readonly index: string | null
}

/** The steps of a reference; dots inside an index are none. (Terraform Documentation, 'Resource Addressing') */
export function parseReference(text: string): Step[] {
  const steps: Step[] = []
  let [name, index, depth, isQuoted] = ['', '', 0, false]
  const push = () => {
    if (name !== '') steps.push({ name, index: index === '' ? null : index })
    name = index = ''
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (isQuoted && character === '\\') {
      index += character + (text[++at] ?? '')
      continue
    }
    if (character === '"') isQuoted = !isQuoted
    if (!isQuoted && character === '.' && depth === 0) push()
    else if (!isQuoted && character === '[' && depth++ === 0) index = ''
    else if (!isQuoted && character === ']' && depth > 0 && --depth === 0) continue
    else if (depth > 0) index += character
    else name += character
  }
  push()
  return steps
}

/** `site` and `"eu"` make `site["eu"]`. */
export function printStep({ name, index }: Step): string {
  return index === null ? name : `${name}[${index}]`
}

/** The modules that an address leads through, outermost first: of `module.a[0].module.b` a[0] and b. */
export function modulesOf(moduleAddress: string): Step[] {
  return parseReference(moduleAddress).filter((_, number) => number % 2 === 1)
}
