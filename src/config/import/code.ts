// The functions of an imported configuration: CloudFront Functions with code and store, Lambda functions by file.
import type { Deployment } from '../../model/deployment.ts'
import type { CloudFrontFunction, KeyValueStore, LambdaFunction } from '../../model/functions.ts'
import type { Archives } from '../archives/archives.ts'
import { isInlineCode } from '../inline-code.ts'
import { toCodeText, toRelative } from './places.ts'
import { toMap, toScalar, toSeq, type Yaml } from './to-yaml.ts'

/** Every function and store that some behavior uses. */
export function functionSections(
  { Functions, LambdaFunctions }: Deployment,
  cwd: string,
  archives: Pick<Archives, 'originOf'>,
): [string, Yaml | null][] {
  const stores = new Map(
    Functions.flatMap(({ KeyValueStore: store }) => (store === null ? [] : [[store.ARN, store]])),
  )
  return [
    ['Functions', Functions.length === 0 ? null : toSeq(Functions.map((each) => toFunction(each, cwd)))],
    ['KeyValueStores', stores.size === 0 ? null : toSeq([...stores.values()].map(toStore))],
    [
      'lambdas',
      LambdaFunctions.length === 0
        ? null
        : toMap(
            LambdaFunctions.map((each) => [each.LambdaFunctionARN, toLambda(each, cwd, archives)] as const),
          ),
    ],
  ]
}

function toFunction(definition: CloudFrontFunction, cwd: string): Yaml {
  const { Name, FunctionARN, Runtime, KeyValueStore: store, FunctionCode, file } = definition
  return toMap([
    ['Name', toScalar(Name)],
    ['FunctionARN', toScalar(FunctionARN)],
    [
      'FunctionConfig',
      toMap([
        ['Runtime', toScalar(Runtime)],
        [
          'KeyValueStoreAssociations',
          store === null ? null : toSeq([toMap([['KeyValueStoreARN', toScalar(store.ARN)]])]),
        ],
      ]),
    ],
    ['FunctionCode', toScalar(file === null ? FunctionCode : toRelative(file, cwd))],
  ])
}

function toStore({ Name, Id, ARN, items }: KeyValueStore): Yaml {
  return toMap([
    ['Name', toScalar(/^[\w-]{1,64}$/.test(Name) ? Name : Id)],
    ['ARN', toScalar(ARN)],
    ['Data', toMap([...items].map(([key, value]) => [key, toScalar(value)]))],
  ])
}

function toLambda(definition: LambdaFunction, cwd: string, archives: Pick<Archives, 'originOf'>): Yaml {
  const { file, exportName, Runtime, MemorySize, Timeout } = definition
  const usual = file.endsWith('.py') ? 'lambda_handler' : 'handler'
  const isPlain = exportName === usual && archives.originOf(file) === null
  const code = toScalar(isPlain ? toRelative(file, cwd) : toCodeText(definition, cwd, archives))
  if (isInlineCode(file)) code.comment = ' stands in the template: save it as a file, and name that here'
  if (Runtime === null && MemorySize === null && Timeout === null) return code
  return toMap([
    ['Code', code],
    ['Runtime', Runtime === null ? null : toScalar(Runtime)],
    ['MemorySize', MemorySize === null ? null : toScalar(MemorySize)],
    ['Timeout', Timeout === null ? null : toScalar(Timeout)],
  ])
}
