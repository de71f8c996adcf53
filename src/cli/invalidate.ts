// `pocketfront invalidate`: asks a running pocketfront over its admin port, and shows what it says.
import type { InvalidateArguments } from './invalidate-arguments.ts'
import { toPreviewLines, toReceiptLines, type Preview } from './invalidate-lines.ts'
import type { InvalidationReceipt } from '../control/admin.ts'
import { PocketfrontError } from '../model/errors.ts'
import type { Palette } from '../observe/palette.ts'

/** Real milliseconds to wait for the answer; looking through a full cache takes about one second. */
const PATIENCE_MS = 30_000

/** Text for stdout. Rejects with PF_ADMIN when nothing answers, with PF_INVALIDATION when it is refused. */
export async function invalidate(args: InvalidateArguments, palette: Palette): Promise<string> {
  const { paths, distribution, dryRun } = args
  const answer = await ask(args.adminPort, { paths, dryRun, ...(distribution !== null && { distribution }) })
  if (args.json) return `${JSON.stringify(answer)}\n`
  const lines = dryRun
    ? toPreviewLines(answer.invalidations as readonly Preview[], palette)
    : toReceiptLines(answer.invalidations as readonly InvalidationReceipt[], palette)
  return `${lines.join('\n')}\n`
}

interface Answer {
  readonly invalidations: readonly unknown[]
}

async function ask(port: number, body: object): Promise<Answer> {
  const url = `http://127.0.0.1:${port}/invalidations`
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    throw unreachable(port, describe(error))
  }
  const answer = parse(await response.text().catch(() => ''))
  if (response.ok && Array.isArray(answer['invalidations'])) {
    return { invalidations: answer['invalidations'] }
  }
  const { error, hint } = answer
  if (typeof error !== 'string')
    throw unreachable(port, `what listens there is no pocketfront (${response.status})`)
  throw new PocketfrontError('PF_INVALIDATION', error, typeof hint === 'string' ? hint : null)
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function unreachable(port: number, why: string): PocketfrontError {
  return new PocketfrontError(
    'PF_ADMIN',
    `no pocketfront answers at the admin port ${port}: ${why}`,
    'Start one, or name its port with --admin-port; the start-up lines show it.',
  )
}

/** fetch() hides what happened in the cause. */
function describe(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
