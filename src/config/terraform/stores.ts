// The key value stores of a Terraform configuration, and their keys where Terraform keeps these, too.
import type { ConfigNode } from '../nodes/node.ts'
import { entryOf, itemsOf } from '../nodes/node.ts'
import type { DeclaredStore } from '../stacks/declared-stores.ts'
import { mapAt, textOf } from '../templates/values.ts'
import type { TerraformResource } from './resources.ts'
import type { Terraform } from './terraform.ts'

/** Every aws_cloudfront_key_value_store with the pairs of aws_cloudfrontkeyvaluestore_key and …_keys_exclusive. */
export function declaredStores(source: Terraform): DeclaredStore[] {
  const keys = source.ofType('aws_cloudfrontkeyvaluestore_key', 'aws_cloudfrontkeyvaluestore_keys_exclusive')
  return source.ofType('aws_cloudfront_key_value_store').map((resource) => {
    const { address, name, values } = resource
    const at = { place: values.place, path: address }
    const arn = source.attribute(resource, 'arn') ?? address
    const pairs = keys
      .filter((each) => source.attribute(each, 'key_value_store_arn') === arn)
      .flatMap((each) => pairsOf(each))
    return {
      arn,
      name: source.attribute(resource, 'name') ?? name,
      names: [address, name],
      file: null,
      data: pairs.length === 0 ? null : mapAt(at, pairs),
      at,
    }
  })
}

function pairsOf({ values, address }: TerraformResource): [string, ConfigNode][] {
  const nodes = [values, ...itemsOf(values, 'resource_key_value_pair')]
  return nodes.flatMap((node): [string, ConfigNode][] => {
    const [key, value] = [textOf(entryOf(node, 'key')), entryOf(node, 'value')]
    return key === null || value === null ? [] : [[key, { ...value, path: `${address}.value` }]]
  })
}
