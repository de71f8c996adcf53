// WebSocket connections of viewers: handshake, then bytes in both directions until one side ends.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { emptyScan } from './head-scan.ts'
import type { ViewerPorts } from './ports.ts'
import { readHead } from './read-head.ts'
import { arrive, type Arrival } from './receive.ts'
import { internalError, refusedAnswer } from './refused.ts'
import { deliver } from './respond.ts'
import { openTunnel, type TunnelOutcome } from '../edge/tunnel.ts'
import type { ViewerAnswer } from '../edge/visit.ts'
import { CancelToken } from '../message/clock.ts'
import { QUOTAS } from '../model/quotas.ts'
import { ServerResponse } from '../message/node-http.ts'

export interface Tunnels {
  open(message: IncomingMessage, socket: Socket, head: Buffer): void
  /** Ends every tunnel. */
  destroy(): void
}

/** ('Use WebSockets with CloudFront distributions') */
export function createTunnels(ports: ViewerPorts): Tunnels {
  const sockets = new Set<Duplex>()

  async function run(message: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const scan = emptyScan()
    readHead(message, scan, ports)
    const arrival = arrive(message, scan, ports)
    const token = new CancelToken()
    const onClose = (): void => token.cancel()
    socket.on('close', onClose)
    const outcome = await negotiate(arrival, token, ports)
    if (outcome.kind === 'answer') return answer(outcome.answer, arrival, message, socket, ports)
    socket.off('close', onClose)
    if (socket.destroyed) return void outcome.socket.destroy()
    connect(outcome, arrival, socket, head)
  }

  function connect(
    { headers, socket: origin, head: originHead }: Extract<TunnelOutcome, { kind: 'open' }>,
    arrival: Arrival,
    viewer: Socket,
    viewerHead: Buffer,
  ): void {
    const { trace, place, route } = arrival
    const via = route.kind === 'site' ? route.site.via : ''
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket']
    for (const [, value, name] of headers.entries()) lines.push(`${name}: ${value}`)
    lines.push(
      'X-Cache: Miss from cloudfront',
      `Via: ${via}`,
      `X-Amz-Cf-Pop: ${place.popHeader}`,
      `X-Amz-Cf-Id: ${trace.id}`,
    )
    viewer.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    if (originHead.length > 0) viewer.write(originHead)
    if (viewerHead.length > 0) origin.write(viewerHead)
    trace.status = 101
    trace.firstByteMs = ports.tick() - trace.startedTick
    let ended = false
    const end = (): void => {
      sockets.delete(viewer)
      sockets.delete(origin)
      viewer.destroy()
      origin.destroy()
      if (ended) return
      ended = true
      trace.delivery = 'complete'
      trace.totalMs = ports.tick() - trace.startedTick
      ports.finished(trace)
    }
    for (const side of [viewer, origin]) {
      sockets.add(side)
      side.on('error', end)
      side.on('close', end)
    }
    ;(origin as Socket).setTimeout(QUOTAS.webSocketIdleSeconds * 1000, end)
    viewer.setNoDelay(true)
    origin.on('data', (chunk: Buffer) => (trace.bytes += chunk.length))
    viewer.pipe(origin)
    origin.pipe(viewer)
  }

  return {
    open(message, socket, head) {
      socket.on('error', () => socket.destroy())
      run(message, socket, head).catch((error: unknown) => {
        ports.onBug(error, { id: '' })
        socket.destroy()
      })
    },
    destroy() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function negotiate(arrival: Arrival, token: CancelToken, ports: ViewerPorts): Promise<TunnelOutcome> {
  const { route, request, trace, place } = arrival
  if (route.kind === 'refused') {
    trace.problem = route.refusal.failure.detail
    return { kind: 'answer', answer: refusedAnswer(route.refusal) }
  }
  try {
    return await openTunnel(request, {
      trace,
      place,
      token,
      clock: ports.clock,
      tick: ports.tick,
      random: ports.random,
      site: route.site,
      prepared: null,
      httpsPort: ports.httpsPort,
    })
  } catch (error) {
    ports.onBug(error, trace)
    trace.problem = String(error)
    return { kind: 'answer', answer: internalError(error) }
  }
}

/** No tunnel: an ordinary response over the same socket, which is closed after it. */
function answer(
  given: ViewerAnswer,
  { trace, place, route, explain }: Arrival,
  message: IncomingMessage,
  socket: Socket,
  ports: ViewerPorts,
): void {
  const response = new ServerResponse(message)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  // The server, which let go of this socket, would do both for an ordinary request.
  socket.on('drain', () => response.emit('drain'))
  response.on('finish', () => socket.end())
  const via = route.kind === 'site' ? route.site.via : ''
  deliver(given, {
    response,
    trace,
    clock: ports.clock,
    popHeader: place.popHeader,
    via,
    altSvc: route.kind === 'site' ? route.site.altSvc : null,
    isHead: false,
    explain,
    tick: ports.tick,
    onDelivered: () => ports.finished(trace),
    onBug: (error) => ports.onBug(error, trace),
  })
}
