// What the templates of a load declare beside their CloudFront resources.
import type { HandlerOrigin } from '../../model/handler-origin.ts'
import type { WebsiteConfiguration } from '../../model/website.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { bucketFolders } from './bucket-folders.ts'
import type { BucketFolder } from './bucket-folders.ts'
import { declaredLambdas } from './declared-lambdas.ts'
import type { DeclaredLambda } from './declared-lambdas.ts'
import { declaredStores } from './declared-stores.ts'
import type { DeclaredStore } from './declared-stores.ts'
import { declaredWebsites } from './declared-websites.ts'
import { declaredHandlers } from './handlers.ts'

export interface Declared {
  readonly lambdas: readonly DeclaredLambda[]
  readonly stores: readonly DeclaredStore[]
  readonly folders: readonly BucketFolder[]
  readonly handlers: readonly HandlerOrigin[]
  /** Website configurations by bucket. */
  readonly websites: ReadonlyMap<string, WebsiteConfiguration>
}

/** Everything, of all templates: a function of one stack may run for the distribution of another. */
export function declaredIn(templates: TemplateSet): Declared {
  const all = templates.templates
  return {
    lambdas: all.flatMap((template) => declaredLambdas(template, templates)),
    stores: all.flatMap((template) => declaredStores(template, templates)),
    folders: all.flatMap((template) => bucketFolders(template, templates)),
    handlers: declaredHandlers(templates),
    websites: new Map(all.flatMap((template) => declaredWebsites(template))),
  }
}
