// Origin access controls of the configuration: how requests of an origin that names one are signed.
import { Fields } from './nodes/fields.ts'
import type { ConfigNode } from './nodes/node.ts'
import { entryOf, mapOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import { ACCESS_CONTROL_TYPES, type OriginAccessControl } from '../model/origin.ts'

const BEHAVIORS = ['always', 'never', 'no-override'] as const

/** (API Reference, 'OriginAccessControlConfig') */
export class AccessControls {
  #known = new Map<string, OriginAccessControl>()

  constructor(nodes: readonly ConfigNode[], report: Report) {
    for (const node of nodes) this.#read(node, report)
  }

  /** By id or name. One that the configuration does not have signs always, as the console makes them. */
  find(id: string): OriginAccessControl {
    return this.#known.get(id) ?? { SigningBehavior: 'always', OriginAccessControlOriginType: null }
  }

  /** `{Id, OriginAccessControlConfig: {..}}`, the same inside `OriginAccessControl`, or all in one map. */
  #read(given: ConfigNode, report: Report): void {
    const node = mapOf(given, 'OriginAccessControl') ?? given
    if (node.kind !== 'map') {
      report.error(node, 'InvalidArgument', 'expects an origin access control')
      return
    }
    const fields = new Fields(mapOf(node, 'OriginAccessControlConfig') ?? node, report)
    fields.ignore(['Id', 'Description'])
    const id = entryOf(node, 'Id')
    const name = fields.name('Name')
    const SigningBehavior = fields.choice('SigningBehavior', BEHAVIORS) ?? 'always'
    fields.choice('SigningProtocol', ['sigv4'])
    const type = fields.choice('OriginAccessControlOriginType', ACCESS_CONTROL_TYPES)
    fields.finish()
    const control = { SigningBehavior, OriginAccessControlOriginType: type }
    if (id?.kind === 'scalar') this.#known.set(id.text, control)
    if (name !== null) this.#known.set(name, control)
  }
}
