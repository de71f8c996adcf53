// Origin access controls of the configuration: how requests of an origin that names one are signed.
import { Fields } from './nodes/fields.ts'
import type { ConfigNode } from './nodes/node.ts'
import { entryOf, mapOf } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'
import type { BucketAccess } from '../model/origin.ts'

const BEHAVIORS = ['always', 'never', 'no-override'] as const
const TYPES = ['s3', 'lambda', 'mediastore', 'mediapackagev2'] as const

/** (API Reference, 'OriginAccessControlConfig') */
export class AccessControls {
  #behaviors = new Map<string, BucketAccess['signing']>()

  constructor(nodes: readonly ConfigNode[], report: Report) {
    for (const node of nodes) this.#read(node, report)
  }

  /** By id or name. One that the configuration does not have signs always, as the console makes them. */
  signing(id: string): BucketAccess['signing'] {
    return this.#behaviors.get(id) ?? 'always'
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
    const signing = fields.choice('SigningBehavior', BEHAVIORS) ?? 'always'
    fields.choice('SigningProtocol', ['sigv4'])
    fields.choice('OriginAccessControlOriginType', TYPES)
    fields.finish()
    if (id?.kind === 'scalar') this.#behaviors.set(id.text, signing)
    if (name !== null) this.#behaviors.set(name, signing)
  }
}
