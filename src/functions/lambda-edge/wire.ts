// Invocations and results as single texts, the cheapest that threads and pipes can pass on.
import type { InvokeMessage, VesselMessage } from './vessel.ts'

type Returned = VesselMessage & { readonly kind: 'returned' }

/** `ID deadline max-bytes request-id event`, with tabs between them: the event is JSON and has none. */
export function toInvokeText({ id, deadlineMs, maxResultBytes, requestId, event }: InvokeMessage): string {
  return `${id}\t${deadlineMs}\t${maxResultBytes}\t${requestId}\t${event}`
}

export function parseInvokeText(text: string): InvokeMessage {
  const id = text.indexOf('\t')
  const deadline = text.indexOf('\t', id + 1)
  const bytes = text.indexOf('\t', deadline + 1)
  const request = text.indexOf('\t', bytes + 1)
  return {
    id: Number(text.slice(0, id)),
    deadlineMs: Number(text.slice(id + 1, deadline)),
    maxResultBytes: Number(text.slice(deadline + 1, bytes)),
    requestId: text.slice(bytes + 1, request),
    event: text.slice(request + 1),
  }
}

/** `R7 15 {…}` is the result of invocation 7, which took 15 microseconds; null for a text that is none. */
export function parseReturnedText(text: string): Returned | null {
  if (text.charCodeAt(0) !== 82 /* R */) return null
  const first = text.indexOf(' ')
  const second = text.indexOf(' ', first + 1)
  return {
    kind: 'returned',
    id: Number(text.slice(1, first)),
    microseconds: Number(text.slice(first + 1, second)),
    json: text.slice(second + 1),
  }
}

/** `T7 4096`: so many bytes of the stream of invocation 7 were taken. */
export function toTakenText(id: number, bytes: number): string {
  return `T${id} ${bytes}`
}

/** null for a text that is none. */
export function parseTakenText(text: string): { readonly id: number; readonly bytes: number } | null {
  if (text.charCodeAt(0) !== 84 /* T */) return null
  const space = text.indexOf(' ')
  return { id: Number(text.slice(1, space)), bytes: Number(text.slice(space + 1)) }
}
