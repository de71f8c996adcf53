// What template functions need of the template they stand in.
import type { ConfigNode, Located, MapNode } from '../nodes/node.ts'
import type { Report } from '../nodes/report.ts'

/** The template as its functions see it. Null values are `AWS::NoValue`: the property or item is left out. */
export interface Scope {
  readonly report: Report
  readonly region: string
  evaluate(node: ConfigNode): ConfigNode | null
  /** Whether a condition of the template holds. */
  holds(condition: string, at: Located): boolean
  /** `Ref`: a parameter, pseudo parameter or resource. */
  reference(name: string, at: Located): ConfigNode | null
  /** `Fn::GetAtt`. */
  attribute(logicalId: string, attribute: string, at: Located): ConfigNode
  /** A value of the Mappings section, or null. */
  mapping(map: string, first: string, second: string): ConfigNode | null
  /** The value that another template exports under a name, or a placeholder. */
  importValue(name: string, at: Located): ConfigNode
  /** A value that is not known here: a text that looks like a name, told about when it is used. */
  placeholder(at: Located, ...name: readonly string[]): ConfigNode
}

/** A function of templates: its argument, not yet evaluated, to a value; null is `AWS::NoValue`. */
export type TemplateFunction = (argument: ConfigNode, at: Located, scope: Scope) => ConfigNode | null

/** A resource as it is written. */
export interface Resource {
  readonly logicalId: string
  readonly type: string
  readonly node: MapNode
}
