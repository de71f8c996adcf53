// The Lambda functions that templates declare, for the behaviors that run them at the edge.
import { Fields } from '../nodes/fields.ts'
import type { ConfigNode } from '../nodes/node.ts'
import type { LambdaCode } from '../lambda-settings.ts'
import { readLambdaSettings } from '../lambda-settings.ts'
import { generatedValue } from '../templates/generated.ts'
import type { Resource } from '../templates/scope.ts'
import type { Template } from '../templates/template.ts'
import type { TemplateSet } from '../templates/template-set.ts'
import { mapAt, scalarAt } from '../templates/values.ts'
import { locateLambda } from './lambda-source.ts'

/** A function of a template. Its code is looked for when a behavior asks for it. */
export interface DeclaredLambda {
  /** Without version. */
  readonly arn: string
  /** Logical id and construct path, which the command line may use as well as the function's name. */
  readonly names: readonly string[]
  /** Null: the code is not on this machine, or cannot run at the edge, which is reported. */
  readonly locate: () => LambdaCode | null
}

/** Settings that decide at the edge; others of a function are nobody's business here. */
const SETTINGS = [
  'Runtime',
  'MemorySize',
  'Timeout',
  'Environment',
  'VpcConfig',
  'DeadLetterConfig',
  'Layers',
  'ImageConfig',
  'KmsKeyArn',
  'FileSystemConfigs',
  'TracingConfig',
  'PackageType',
  'Architectures',
  'EphemeralStorage',
] as const

/** Every AWS::Lambda::Function of a template. */
export function declaredLambdas(template: Template, templates: TemplateSet): DeclaredLambda[] {
  return template.ofType('AWS::Lambda::Function').map((resource) => {
    let located: LambdaCode | null | undefined
    return {
      get arn() {
        return generatedValue(template.facts(resource), 'Arn') ?? resource.logicalId
      },
      names: [resource.logicalId, ...templates.namesOf(resource.logicalId, template)],
      locate() {
        if (located === undefined) located = locate(resource, template, templates)
        return located
      },
    }
  })
}

function locate(resource: Resource, template: Template, templates: TemplateSet): LambdaCode | null {
  const source = locateLambda(resource, template, templates)
  const { report } = template
  if (source.kind === 'elsewhere') {
    const { logicalId, node } = resource
    const message = `the function ${logicalId} is left out: ${source.reason}`
    report.warn(node, null, message, source.hint ?? `add --lambda ${logicalId}=FILE`)
    return null
  }
  const at = template.property(resource, 'Code') ?? resource.node
  const entries: [string, ConfigNode][] = [
    ['Code', scalarAt(at, source.code)],
    ['Handler', scalarAt(template.property(resource, 'Handler') ?? at, source.handler)],
  ]
  for (const name of SETTINGS) {
    const value = template.property(resource, name)
    if (value !== null) entries.push([name, value])
  }
  const { cwd, files } = templates.options
  return readLambdaSettings(new Fields(mapAt(at, entries), report), cwd, files.disk)
}
