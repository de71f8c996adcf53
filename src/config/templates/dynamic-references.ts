// Dynamic references in texts: `{{resolve:ssm:/name}}` and its sisters.

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]*)\}\}/g

/**
 * Replaces each reference by what `lookUp` knows under its name: `/name` of a parameter, `id:SecretString:key` of a
 * secret, each without a version. An unknown one becomes a placeholder and is told to `onMissing`.
 * (CloudFormation User Guide, 'Use dynamic references')
 */
export function replaceDynamicReferences(
  text: string,
  lookUp: (name: string) => string | null,
  onMissing: (name: string) => void,
): string {
  if (!text.includes('{{resolve:')) return text
  return text.replace(REFERENCE, (_, service: string, rest: string) => {
    const name = service === 'secretsmanager' ? toSecret(rest) : rest.replace(/:\d+$/, '')
    const value = lookUp(name) ?? lookUp(name.split(':')[0]!)
    if (value !== null) return value
    onMissing(name)
    return `unresolved-${name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}`
  })
}

/** `id[:SecretString[:key[:stage[:version]]]]`; an ARN as id has colons of its own. */
function toSecret(rest: string): string {
  const isArn = rest.startsWith('arn:')
  const parts = rest.split(':')
  const id = isArn ? parts.slice(0, 7).join(':') : parts[0]!
  const key = parts[isArn ? 8 : 2] ?? ''
  return key === '' ? id : `${id}:SecretString:${key}`
}
