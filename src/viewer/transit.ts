// One request under way: what its journey and its answer need, from the arrival to the last byte.
import type { HttpViewerRequest } from './http-request.ts'
import type { Prepared } from './hit.ts'
import type { ViewerPorts } from './ports.ts'
import type { Arrival } from './receive.ts'
import type { Reply } from './reply.ts'
import { internalError } from './refused.ts'
import { deliver, type Delivery } from './respond.ts'
import { answerRequest } from '../edge/journey.ts'
import type { CompiledDistribution } from '../edge/compile.ts'
import type { EdgePlace, Visit } from '../edge/visit.ts'
import { CancelToken, type Clock } from '../message/clock.ts'
import type { Trace } from '../message/trace.ts'

/** One object for all of it, since every request that is no hit needs one. */
export class Transit implements Visit, Delivery {
  readonly request: HttpViewerRequest
  readonly response: Reply
  readonly trace: Trace
  readonly place: EdgePlace
  readonly site: CompiledDistribution
  readonly prepared: Prepared | null
  readonly explain: boolean
  readonly token = new CancelToken()
  #ports: ViewerPorts
  #viewerHasLeft = false

  constructor(
    { request, trace, place, explain }: Arrival,
    site: CompiledDistribution,
    response: Reply,
    prepared: Prepared | null,
    ports: ViewerPorts,
  ) {
    this.request = request
    this.response = response
    this.trace = trace
    this.place = place
    this.site = site
    this.prepared = prepared
    this.explain = explain
    this.#ports = ports
  }

  get clock(): Clock {
    return this.#ports.clock
  }

  get tick(): () => number {
    return this.#ports.tick
  }

  get random(): () => number {
    return this.#ports.random
  }

  get httpsPort(): number | null {
    return this.#ports.httpsPort
  }

  get popHeader(): string {
    return this.place.popHeader
  }

  get via(): string {
    return this.site.via
  }

  get altSvc(): string | null {
    return this.site.altSvc
  }

  get isHead(): boolean {
    return this.request.method === 'HEAD'
  }

  /** Runs the journey and writes the answer. */
  run(): void {
    try {
      answerRequest(this.request, this).then(
        (answer) => deliver(answer, this),
        (error: unknown) => this.#fail(error),
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Cancels, once, when the viewer leaves before the answer is out. */
  watchViewer(): void {
    const { response } = this
    const onEnd = (): void => {
      if (this.#viewerHasLeft || response.writableFinished) return
      this.#viewerHasLeft = true
      this.token.cancel()
    }
    response.on('close', onEnd)
    response.on('error', onEnd)
  }

  onDelivered(): void {
    this.request.dropBody()
    this.#ports.finished(this.trace)
  }

  onBug(error: unknown): void {
    this.#ports.onBug(error, this.trace)
  }

  #fail(error: unknown): void {
    this.onBug(error)
    this.trace.problem = String(error)
    deliver(internalError(error), this)
  }
}
