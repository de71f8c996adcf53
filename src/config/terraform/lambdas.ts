// The Lambda functions of a Terraform configuration, with their code where it was packed from.
import type { LambdaCode } from '../lambda-settings.ts'
import { readLambdaSettings } from '../lambda-settings.ts'
import { Fields } from '../nodes/fields.ts'
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf } from '../nodes/node.ts'
import type { ReadContext } from '../readers/source.ts'
import type { DeclaredLambda } from '../stacks/declared-lambdas.ts'
import { mapAt, scalarAt } from '../templates/values.ts'
import { locateCode } from './lambda-code.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

/** Arguments that decide at the edge, and what CloudFormation calls them. */
const SETTINGS: Readonly<Record<string, string>> = {
  runtime: 'Runtime',
  memory_size: 'MemorySize',
  timeout: 'Timeout',
  architectures: 'Architectures',
  layers: 'Layers',
}

/** Blocks that no function at the edge can have. */
const BLOCKS: Readonly<Record<string, string>> = {
  environment: 'Environment',
  vpc_config: 'VpcConfig',
  dead_letter_config: 'DeadLetterConfig',
  file_system_config: 'FileSystemConfigs',
}

/** Every aws_lambda_function. Its code is looked for when a behavior asks for it. */
export function declaredLambdas(source: Terraform, context: ReadContext): DeclaredLambda[] {
  return source.ofType('aws_lambda_function').map((resource) => {
    let located: LambdaCode | null | undefined
    return {
      get arn() {
        return source.attribute(resource, 'arn') ?? resource.address
      },
      names: [resource.address, resource.name],
      locate() {
        if (located === undefined) located = locate(resource, source, context)
        return located
      },
    }
  })
}

function locate(
  resource: TerraformResource,
  source: Terraform,
  { files, cwd, report }: ReadContext,
): LambdaCode | null {
  const { values, address } = resource
  const at = { place: values.place, path: address }
  const where = locateCode(resource, source, files.disk)
  if (where.kind === 'elsewhere') {
    const name = source.attribute(resource, 'function_name') ?? address
    report.warn(
      at,
      null,
      `the function ${name} is left out: ${where.reason}`,
      `add --lambda ${name}=FILE, or the folder that it is packed from`,
    )
    return null
  }
  const entries: [string, ConfigNode][] = [
    ['Code', scalarAt({ ...at, path: `${address}.filename` }, where.code)],
    ['Handler', scalarAt({ ...at, path: `${address}.handler` }, where.handler)],
  ]
  for (const [key, to] of Object.entries({ ...SETTINGS, ...BLOCKS })) {
    const value = entryOf(values, key)
    const isBlock = Object.hasOwn(BLOCKS, key)
    const node = isBlock ? value?.kind === 'list' && value.items[0] : value
    if (node === null || node === undefined || node === false) continue
    entries.push([to, { ...(isBlock ? withVariables(node) : node), path: `${address}.${key}` }])
  }
  return readLambdaSettings(new Fields(mapAt(at, entries), report), cwd, files.disk)
}

/** `environment { variables }` is `Environment: {Variables}`. */
function withVariables(node: ConfigNode): ConfigNode {
  const variables = entryOf(node, 'variables')
  return variables === null ? node : mapAt(node, [['Variables', variables]])
}
