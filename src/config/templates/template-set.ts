// The templates of one load: each is made once, knows what the others export, and brings its nested ones along.
import { basename, dirname, extname } from 'node:path'
import { AssetBook } from '../cdk/assets.ts'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import { baseOf } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { expandServerless, isServerless } from '../sam/expand.ts'
import type { SourceFiles } from '../source-files.ts'
import { findInStores, specialAttribute } from './custom-resources.ts'
import { readIncluded } from './includes.ts'
import { readNested } from './nested-stacks.ts'
import type { ParameterValues } from './parameters.ts'
import type { Resource } from './scope.ts'
import { Template } from './template.ts'
import { reportMacros } from './transforms.ts'

/** The account of everything that no configuration names. */
export const LOCAL_ACCOUNT_ID = '123456789012'
/** Where CloudFront's own resources live. */
export const DEFAULT_REGION = 'us-east-1'

export interface TemplateSetOptions {
  readonly report: Report
  /** `--parameter NAME=VALUE`: parameters of templates, SSM parameters, secrets, imported values. */
  readonly parameters: ReadonlyMap<string, string>
  readonly files: SourceFiles
  /** Base of relative paths in a template that is no file. */
  readonly cwd: string
  /** What a tool says about the template in a file. */
  readonly mannerOf?: (file: string) => TemplateManner | null
}

/** How a tool reads a template of its own differently. */
export interface TemplateManner {
  readonly stackName?: string
  readonly region?: string
  /** Values that go before those of the command line: what a parent stack passes. */
  readonly parameters?: ParameterValues
  /** Files of the templates that it is nested in. */
  readonly within?: readonly string[]
  /** Readable paths of resources by logical id. */
  readonly pathsOf?: () => ReadonlyMap<string, string>
}

/** All templates, in the order of the files. */
export class TemplateSet {
  readonly options: TemplateSetOptions
  #templates = new Map<MapNode, Template>()
  #manners = new Map<Template, TemplateManner>()
  #nested = new Map<Template, Map<string, Template | null>>()
  #assets = new Map<string, AssetBook>()

  constructor(options: TemplateSetOptions) {
    this.options = options
  }

  /** The template of a tree, made on the first call. */
  of(root: MapNode, manner?: TemplateManner): Template {
    let template = this.#templates.get(root)
    if (template === undefined) {
      template = this.#make(root, manner ?? this.options.mannerOf?.(root.place.file) ?? {})
      this.#templates.set(root, template)
    }
    return template
  }

  get templates(): readonly Template[] {
    return [...this.#templates.values()]
  }

  /** A template and those nested in it, at any depth. */
  family(template: Template): Template[] {
    const stacks = template.ofType('AWS::CloudFormation::Stack')
    const nested = stacks.flatMap((stack) => this.nested(stack, template) ?? [])
    return [template, ...nested.flatMap((each) => this.family(each))]
  }

  /** The template of a nested stack; null when it is not on this machine, which is reported. */
  nested(stack: Resource, template: Template): Template | null {
    const ofTemplate = this.#nested.get(template) ?? new Map<string, Template | null>()
    this.#nested.set(template, ofTemplate)
    const known = ofTemplate.get(stack.logicalId)
    if (known !== undefined) return known
    // Null while it is read: what it is given may ask for its own outputs.
    ofTemplate.set(stack.logicalId, null)
    const outer = this.#manners.get(template) ?? {}
    const within = [...(outer.within ?? []), template.root.place.file]
    const found = readNested(stack, template, within, this)
    const nested = found === null ? null : this.of(found.root, { ...outer, ...found.manner, within })
    ofTemplate.set(stack.logicalId, nested)
    return nested
  }

  /** Folder that paths in a template start from. */
  baseOf(template: Template): string {
    return baseOf(template.root, this.options.cwd)
  }

  /** The assets that the template's tool has put beside it. */
  assetsOf(template: Template): AssetBook {
    const folder = this.baseOf(template)
    const known = this.#assets.get(folder)
    if (known !== undefined) return known
    const book = new AssetBook(folder, this.options.files)
    this.#assets.set(folder, book)
    return book
  }

  /** What any template exports under a name, or null. */
  exported(name: string): ConfigNode | null {
    return this.#firstOf((template) => template.exports(name))
  }

  /** An SSM parameter or secret: given, or made by one of the templates. */
  lookUp(name: string): string | null {
    return this.options.parameters.get(name) ?? this.#firstOf((template) => findInStores(name, template))
  }

  /** The readable names of a resource beside its logical id. (AWS CDK Developer Guide, 'Constructs', Paths) */
  namesOf(logicalId: string, template: Template): string[] {
    const path = template.constructPath(logicalId) ?? this.#manners.get(template)?.pathsOf?.().get(logicalId)
    if (path === undefined) return []
    const whole = path.replace(/\/(?:Resource|Default)$/, '')
    return [...new Set([path, whole, whole.slice(whole.indexOf('/') + 1)])]
  }

  #firstOf<Found>(find: (template: Template) => Found | null): Found | null {
    for (const template of this.#templates.values()) {
      const found = find(template)
      if (found !== null) return found
    }
    return null
  }

  #make(root: MapNode, manner: TemplateManner): Template {
    const { report, parameters } = this.options
    reportMacros(root, report)
    const template: Template = new Template(root, {
      report,
      ...(isServerless(root) && { transform: expandServerless }),
      stackName: manner.stackName ?? toStackName(root.place.file),
      region: manner.region ?? DEFAULT_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      parameters: { get: (name) => manner.parameters?.get(name) ?? parameters.get(name) },
      lookUp: (name) => this.lookUp(name),
      exported: (name) => this.exported(name),
      include: (location, at) => readIncluded(location, at, this.options),
      attributeOf: (resource, attribute, from) => specialAttribute(resource, attribute, from, this),
    })
    this.#manners.set(template, manner)
    return template
  }
}

/** `site.template.json` → site: CloudFormation allows letters, digits and hyphens. */
function toStackName(file: string): string {
  const stem = basename(file, extname(file)).replace(/\.(?:template|nested)$/, '')
  const isBuilt = /^template$|^cloudformation-template/.test(stem)
  const parts = dirname(file)
    .split(/[/\\]/)
    .filter((it) => !['', '.', '.aws-sam', 'build', '.serverless'].includes(it))
  const name = toName(isBuilt ? (parts.at(-1) ?? stem) : stem)
  return name === '' ? 'template' : name
}

function toName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '')
}
