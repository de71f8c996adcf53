// The contract of the readers: a tree in one of the accepted shapes -> its parts.
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import type { SourceFiles } from '../source-files.ts'
import type { HandlerOrigin } from '../../model/handler-origin.ts'
import type { WebsiteConfiguration } from '../../model/website.ts'
import type { BucketFolder } from '../stacks/bucket-folders.ts'
import type { DeclaredLambda } from '../stacks/declared-lambdas.ts'
import type { DeclaredStore } from '../stacks/declared-stores.ts'
import type { TemplateSet } from '../templates/template-set.ts'

/** Sections that may stand in every file, AWS's outputs included. */
export const SECTIONS = ['origins', 'lambdas', 'functions', 'keyValueStores', 'lint'] as const

/** The lists of our own form. */
export const LISTS = [
  'Distributions',
  'CachePolicies',
  'OriginRequestPolicies',
  'ResponseHeadersPolicies',
  'Functions',
  'KeyValueStores',
  'OriginAccessControls',
  'PublicKeys',
  'KeyGroups',
] as const

/** What may stand at the top of a file beside the keys of a distribution. */
export const ROOT_KEYS: readonly string[] = [...SECTIONS, ...LISTS]

/**
 * `api` is AWS's own output, held to the API's required fields; `template` is CloudFormation's resource, `pocketfront`
 * is ours, with more defaults.
 */
export type Form = 'api' | 'template' | 'pocketfront'

export interface DistributionSource {
  readonly config: MapNode
  readonly form: Form
  /** Null: derived. */
  readonly Id: ConfigNode | null
  readonly DomainName: ConfigNode | null
  /** Name of its resource in a template. */
  readonly logicalId?: string
  /** Further names by which a user may map an origin: logical ids of what its domain name was made from. */
  readonly namesOf?: (domainName: string) => readonly string[]
}

/** What one file brings along; any part may be missing. */
export interface SourceParts {
  readonly form: Form
  readonly distributions: readonly DistributionSource[]
  readonly CachePolicies: readonly ConfigNode[]
  readonly OriginRequestPolicies: readonly ConfigNode[]
  readonly ResponseHeadersPolicies: readonly ConfigNode[]
  readonly Functions: readonly ConfigNode[]
  readonly KeyValueStores: readonly ConfigNode[]
  readonly OriginAccessControls?: readonly ConfigNode[]
  readonly PublicKeys?: readonly ConfigNode[]
  readonly KeyGroups?: readonly ConfigNode[]
  /** Functions behind Function URLs and APIs that the file declares. */
  readonly handlers?: readonly HandlerOrigin[]
  /** Lambda functions and key value stores that the file declares; those of templates are known anyway. */
  readonly declaredLambdas?: readonly DeclaredLambda[]
  readonly declaredStores?: readonly DeclaredStore[]
  /** Of buckets that the file declares. */
  readonly bucketFolders?: readonly BucketFolder[]
  readonly websites?: readonly (readonly [bucket: string, website: WebsiteConfiguration])[]
}

/** What a reader may use beside the tree. */
export interface ReadContext {
  readonly report: Report
  readonly templates: TemplateSet
  readonly files: SourceFiles
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Whether the file was found in a folder, so that it may be something else. */
  readonly isFound?: boolean
}

/** Recognises a shape by its content, never by the name of the file. */
export interface Reader {
  readonly recognises: (root: MapNode) => boolean
  readonly read: (root: MapNode, context: ReadContext) => SourceParts
  /** Where our sections stand in a format that has keys of these names; its own keys are not checked then. */
  readonly sectionsIn?: (root: MapNode) => MapNode | null
  /** Keys of the root that the reader knows; the sections of ours are known anyway. */
  readonly keys: readonly string[]
}
