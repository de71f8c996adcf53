// What `pocketfront invalidate` shows to people.
import { toSizeText } from './values.ts'
import type { CachedObject, InvalidationPreview, InvalidationReceipt } from '../control/admin.ts'
import type { Palette } from '../observe/palette.ts'

/** A cached object with its key taken apart, as the admin port tells it. */
export interface ListedObject extends Omit<CachedObject, 'key'> {
  readonly key: {
    readonly method?: string
    readonly headers?: readonly (readonly [name: string, value: string])[]
    readonly cookies?: string | null
    readonly acceptEncoding?: string
  }
}

/** A preview as the admin port tells it. */
export interface Preview extends Omit<InvalidationPreview, 'listed'> {
  readonly listed: readonly ListedObject[]
}

/** So many objects are shown of each distribution. */
const SHOWN = 50

/** One line for each distribution. */
export function toReceiptLines(receipts: readonly InvalidationReceipt[], palette: Palette): string[] {
  return receipts.map(({ DistributionId, Id, Status, Paths }) => {
    const what = Paths.length === 1 ? Paths[0]! : `${Paths.length} paths`
    return `${palette.bold(DistributionId)}  ${Id}  ${palette.green(Status)}  ${toPlainText(what)}`
  })
}

/** How many objects each path takes, and which. */
export function toPreviewLines(previews: readonly Preview[], palette: Palette): string[] {
  return previews.flatMap(({ DistributionId, objects, paths, listed }) => {
    const shown = listed.slice(0, SHOWN)
    const width = Math.max(...paths.map(({ objects: count }) => String(count).length))
    const hidden = objects - shown.length
    return [
      `${palette.bold(DistributionId)}: ${toCount(objects)} would go`,
      ...paths.map((each) => `  ${String(each.objects).padStart(width)}  ${toPlainText(each.path)}`),
      ...shown.map((object) => toObjectLine(object, palette)),
      ...(hidden > 0 && shown.length > 0 ? [palette.dim(`  and ${hidden} more`)] : []),
    ]
  })
}

function toObjectLine(object: ListedObject, palette: Palette): string {
  const { layer, place, url, status, ageSeconds, bytes } = object
  const variant = toVariantText(object)
  const facts = `${status}, age ${ageSeconds} s, ${toSizeText(bytes)}`
  return `  ${palette.cyan(`${layer} ${place}`)}  ${toPlainText(url)}  ${palette.dim(facts)}${variant}`
}

/** What else is in the key, or which part it is. */
function toVariantText({ key, part, tags }: ListedObject): string {
  const parts = [
    ...(key.method === undefined || key.method === 'GET' ? [] : [key.method]),
    ...(part === null ? [] : [part]),
    ...(key.headers ?? []).map(([name, value]) => `${name}: ${value}`),
    ...(typeof key.cookies === 'string' ? [`cookies ${key.cookies}`] : []),
    ...(key.acceptEncoding === undefined || key.acceptEncoding === '' ? [] : [key.acceptEncoding]),
    ...tags.map((tag) => `#${tag}`),
  ]
  return parts.length === 0 ? '' : `  [${toPlainText(parts.join('; '))}]`
}

function toCount(objects: number): string {
  return objects === 1 ? '1 object' : `${objects} objects`
}

/** What viewers and origins sent must not steer the terminal. */
function toPlainText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
