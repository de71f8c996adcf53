// What the templates of a load declare beside their CloudFront resources.
import type { TemplateSet } from '../templates/template-set.ts'
import { bucketFolders } from './bucket-folders.ts'
import type { BucketFolder } from './bucket-folders.ts'
import { declaredLambdas } from './declared-lambdas.ts'
import type { DeclaredLambda } from './declared-lambdas.ts'
import { declaredStores } from './declared-stores.ts'
import type { DeclaredStore } from './declared-stores.ts'

export interface Declared {
  readonly lambdas: readonly DeclaredLambda[]
  readonly stores: readonly DeclaredStore[]
  readonly folders: readonly BucketFolder[]
}

/** Everything, of all templates: a function of one stack may run for the distribution of another. */
export function declaredIn(templates: TemplateSet): Declared {
  const all = templates.templates
  return {
    lambdas: all.flatMap((template) => declaredLambdas(template, templates)),
    stores: all.flatMap((template) => declaredStores(template, templates)),
    folders: all.flatMap((template) => bucketFolders(template, templates)),
  }
}
