// Pseudo parameters: what every template knows without declaring it.
import type { ConfigNode, Located } from '../nodes/node.ts'
import { listAt, scalarAt } from './values.ts'

/** The stack that a template is evaluated as. */
export interface Stack {
  readonly stackName: string
  readonly region: string
  readonly accountId: string
}

type Pseudo = (stack: Stack, at: Located) => ConfigNode | null

export function partitionOf(region: string): 'aws' | 'aws-cn' {
  return region.startsWith('cn-') ? 'aws-cn' : 'aws'
}

/** (CloudFormation User Guide, 'Pseudo parameters reference'); null leaves the property or item out. */
const PSEUDO = new Map<string, Pseudo>([
  ['AWS::NoValue', () => null],
  ['AWS::NotificationARNs', (_, at) => listAt(at, [])],
  ['AWS::AccountId', ({ accountId }, at) => scalarAt(at, accountId)],
  ['AWS::Partition', ({ region }, at) => scalarAt(at, partitionOf(region))],
  ['AWS::Region', ({ region }, at) => scalarAt(at, region)],
  ['AWS::StackName', ({ stackName }, at) => scalarAt(at, stackName)],
  [
    'AWS::URLSuffix',
    ({ region }, at) => scalarAt(at, region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'),
  ],
  [
    'AWS::StackId',
    ({ stackName, region, accountId }, at) =>
      scalarAt(
        at,
        `arn:${partitionOf(region)}:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
      ),
  ],
])

export function isPseudoParameter(name: string): boolean {
  return PSEUDO.has(name)
}

/** The value of a pseudo parameter; null for `AWS::NoValue`. */
export function pseudoParameter(name: string, stack: Stack, at: Located): ConfigNode | null {
  return PSEUDO.get(name)?.(stack, at) ?? null
}
