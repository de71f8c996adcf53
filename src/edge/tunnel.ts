// A WebSocket handshake on its way through an edge location: no cache, the request functions run as for a GET.
import { applyDefaultRootObject, fromGenerated, fromRefusal, toContext, toOriginRequest } from './journey.ts'
import { toViewerAnswer } from './finish.ts'
import { redirectToHttps } from './redirect.ts'
import { refuseRequest } from './refuse.ts'
import { hookContext, withChosenOrigin } from './steps.ts'
import type { ViewerAnswer, Visit } from './visit.ts'
import type { TunnelAnswer } from '../message/context.ts'
import type { ViewerRequest } from '../message/requests.ts'

/** An open tunnel, or the answer for the viewer instead. */
export type TunnelOutcome =
  | Extract<TunnelAnswer, { kind: 'open' }>
  | { readonly kind: 'answer'; readonly answer: ViewerAnswer }

/** ('Use WebSockets with CloudFront distributions') */
export async function openTunnel(received: ViewerRequest, visit: Visit): Promise<TunnelOutcome> {
  const atRoot = applyDefaultRootObject(received, visit)
  let selected = visit.site.select(atRoot.path)
  const { trace } = visit
  trace.behavior = selected.PathPattern
  trace.behaviorIndex = selected.index
  trace.bypass = 'websocket'
  const refused = refuseRequest(atRoot, selected, visit.site)
  if (refused !== null) return { kind: 'answer', answer: fromRefusal(refused, atRoot, selected, visit) }
  const redirect = redirectToHttps(atRoot, selected, visit)
  if (redirect !== null) return { kind: 'answer', answer: redirect }

  let request = atRoot
  if (selected.hooks.viewerRequest !== null) {
    const outcome = await selected.hooks.viewerRequest(atRoot, hookContext(visit))
    if (outcome.kind === 'failed')
      return { kind: 'answer', answer: fromRefusal(outcome, atRoot, selected, visit) }
    if (outcome.kind === 'responded')
      return { kind: 'answer', answer: fromGenerated(outcome, atRoot, selected, visit) }
    ;({ request } = outcome)
    selected = withChosenOrigin(selected, outcome)
  }
  const forwarded = toOriginRequest(request, '', selected, visit)
  if (!forwarded.headers.has('sec-websocket-key')) {
    trace.problem =
      'the behavior does not forward Sec-WebSocket-Key, so the origin will refuse the handshake: use an origin request policy such as AllViewer'
  }
  const tunnel = await selected.origin.openTunnel(forwarded, toContext(request, selected, visit))
  if (tunnel.kind === 'open') return tunnel
  return { kind: 'answer', answer: toViewerAnswer(request, tunnel.response, selected, visit) }
}
