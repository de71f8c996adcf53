// Every request of a data port: the first look, then the hot path or the long one.
import { emptyScan } from './head-scan.ts'
import { answerHit } from './hit.ts'
import type { Incoming } from './http-request.ts'
import type { ViewerPorts } from './ports.ts'
import { readHead } from './read-head.ts'
import { receive } from './receive.ts'
import type { Reply } from './reply.ts'

/** Answers one request. A bug of ours costs the connection, or the stream, of that request alone. */
export type Answer = (message: Incoming, response: Reply) => void

export function createAnswer(ports: ViewerPorts): Answer {
  // Read before anything waits, so that one is enough.
  const scan = emptyScan()
  return (message, response) => {
    try {
      readHead(message, scan, ports)
      // With distances every request has its way to make.
      const prepared = ports.viewerHop === null ? answerHit(message, response, scan, ports) : null
      if (prepared !== 'answered') receive(message, response, scan, prepared, ports)
    } catch (error) {
      ports.onBug(error, { id: '' })
      response.destroy()
    }
  }
}
