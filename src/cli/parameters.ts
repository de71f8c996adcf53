// Values for templates as the command line gives them.
import { PocketfrontError } from '../model/errors.ts'

/** `NAME=VALUE` pairs. */
export function toParameters(texts: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1) throw new PocketfrontError('PF_USAGE', `--parameter '${text}' is not NAME=VALUE`)
    parameters[text.slice(0, equals)] = text.slice(equals + 1)
  }
  return parameters
}
