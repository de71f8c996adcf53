// The functions that stand for origins, made ready ahead of the first request.
import type { Logger } from 'pino'
import type { Deployment } from '../model/deployment.ts'
import type { HandlerFunction } from '../model/handler-origin.ts'
import type { HandlerOrigins } from '../origin/handlers.ts'

/** A broken file is told at start. */
export function prepareHandlers(handlers: HandlerOrigins, deployment: Deployment, logger: Logger): void {
  handlers.update(functionsOf(deployment)).then(
    (problems) => {
      for (const { fn, reason } of problems) {
        logger.error({ event: 'function', functionName: fn.name }, `${fn.file} can't be used: ${reason}`)
      }
    },
    (error: unknown) => logger.error({ err: error }, 'functions could not be prepared'),
  )
}

function functionsOf({ Distributions }: Deployment): HandlerFunction[] {
  return Distributions.flatMap(({ Origins }) =>
    Origins.flatMap(({ target }) =>
      target.kind === 'handler' ? target.handler.routes.map((route) => route.function) : [],
    ),
  )
}
