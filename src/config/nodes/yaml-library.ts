// The YAML library, loaded when a text needs it: JSON and most YAML do not, and it is a tenth of a start.
import { createRequire } from 'node:module'
import type * as Library from 'yaml'

let library: typeof Library | undefined

/** The same object each time. */
export function yamlLibrary(): typeof Library {
  library ??= createRequire(import.meta.url)('yaml') as typeof Library
  return library
}
