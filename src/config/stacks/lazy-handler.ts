// A handler origin whose parts are found when somebody asks: most APIs of a stack are of no concern.
import type { HandlerOrigin, HandlerRoute } from '../../model/handler-origin.ts'

/** A handler origin before anybody asked. */
export interface Lazy {
  readonly domainName: string
  readonly kind: HandlerOrigin['kind']
  readonly stages: () => readonly string[]
  readonly invokeMode: () => HandlerOrigin['invokeMode']
  readonly routes: () => readonly HandlerRoute[]
  /** Of a Function URL. */
  readonly authType?: () => string | null
}

/** Each part is evaluated once, when it is first asked for. */
export function lazily(parts: Lazy): HandlerOrigin {
  const [stages, invokeMode, routes] = [once(parts.stages), once(parts.invokeMode), once(parts.routes)]
  return {
    domainName: parts.domainName.toLowerCase(),
    kind: parts.kind,
    get authType() {
      return parts.authType?.() === 'AWS_IAM' ? 'AWS_IAM' : 'NONE'
    },
    get stages() {
      return stages()
    },
    get invokeMode() {
      return invokeMode()
    },
    get routes() {
      return routes()
    },
  }
}

function once<Value>(make: () => Value): () => Value {
  let value: { readonly made: Value } | null = null
  return () => (value ??= { made: make() }).made
}
