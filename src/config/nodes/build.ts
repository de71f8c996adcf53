// Builds the located tree: maps that are AWS's {Quantity, Items} become lists.
import type { ConfigNode, Entries, Entry, Place } from './node.ts'
import type { Report } from './report.ts'

/** The map at a place, or the list that AWS writes as `{Quantity, Items}`. (API Reference, 'Aliases' and others) */
export function toMapOrList(entries: Entries, place: Place, path: string, report: Report): ConfigNode {
  const items = entries.get('Items')
  const quantity = entries.get('Quantity')
  const isList = items?.value.kind === 'list' || (quantity !== undefined && isAbsent(items))
  if (!isList) return { kind: 'map', entries, place, path }
  const list = items?.value.kind === 'list' ? items.value.items : []
  if (quantity !== undefined) checkQuantity(quantity, list.length, path, report)
  const extras = new Map(entries)
  extras.delete('Items')
  extras.delete('Quantity')
  return { kind: 'list', items: list, extras, isQuantified: quantity !== undefined, place, path }
}

function isAbsent(items: Entry | undefined): boolean {
  return items === undefined || (items.value.kind === 'scalar' && items.value.value === null)
}

/** Items is trusted more than Quantity, which nobody updates by hand. */
function checkQuantity(quantity: Entry, count: number, path: string, report: Report): void {
  const { value } = quantity
  if (value.kind === 'scalar' && Number(value.value) === count) return
  const at = { place: value.place, path: `${path}.Quantity` }
  report.warn(at, 'InconsistentQuantities', `is not the number of Items, ${count}; Items counts here`)
}
