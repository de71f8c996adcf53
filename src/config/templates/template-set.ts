// The templates of one load: each is made once, and they know what the others export.
import { basename, extname } from 'node:path'
import type { ConfigNode, MapNode } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'
import { Template, type Resource } from './template.ts'

/** The account of everything that no configuration names. */
export const LOCAL_ACCOUNT_ID = '123456789012'
/** Where CloudFront's own resources live. */
export const DEFAULT_REGION = 'us-east-1'

export interface TemplateSetOptions {
  readonly report: Report
  /** `--parameter NAME=VALUE`: parameters of templates, SSM parameters, secrets, imported values. */
  readonly parameters: ReadonlyMap<string, string>
}

/** How a tool reads a template of its own differently. */
export interface TemplateManner {
  readonly stackName?: string
  readonly region?: string
  readonly parameters?: ReadonlyMap<string, string>
  readonly attributeOf?: (resource: Resource, attribute: string, template: Template) => ConfigNode | null
}

/** All templates, in the order of the files. */
export class TemplateSet {
  readonly options: TemplateSetOptions
  #templates = new Map<MapNode, Template>()

  constructor(options: TemplateSetOptions) {
    this.options = options
  }

  /** The template of a tree, made on the first call. */
  of(root: MapNode, manner: TemplateManner = {}): Template {
    let template = this.#templates.get(root)
    if (template === undefined) {
      const { report, parameters } = this.options
      const { file } = root.place
      template = new Template(root, {
        report,
        stackName: manner.stackName ?? toStackName(file),
        region: manner.region ?? DEFAULT_REGION,
        accountId: LOCAL_ACCOUNT_ID,
        parameters: new Map([...(manner.parameters ?? []), ...parameters]),
        lookUp: (name) => parameters.get(name) ?? null,
        exported: (name) => this.exported(name),
        ...(manner.attributeOf !== undefined && { attributeOf: manner.attributeOf }),
      })
      this.#templates.set(root, template)
    }
    return template
  }

  get templates(): readonly Template[] {
    return [...this.#templates.values()]
  }

  /** What any template exports under a name, or null. */
  exported(name: string): ConfigNode | null {
    for (const template of this.#templates.values()) {
      const value = template.exports(name)
      if (value !== null) return value
    }
    return null
  }
}

/** `site.template.json` → site: CloudFormation allows letters, digits and hyphens. */
function toStackName(file: string): string {
  const stem = basename(file, extname(file)).replace(/\.(?:template|nested)$/, '')
  const name = stem.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'template' : name
}
