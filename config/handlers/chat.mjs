// A function behind a Function URL that writes its answer bit by bit.
import { setTimeout as wait } from 'node:timers/promises'

export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
  const stream = awslambda.HttpResponseStream.from(responseStream, {
    statusCode: 200,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  })
  const name = event.queryStringParameters?.name ?? 'you'
  for (const word of ['Hello,', name, 'of', event.rawPath]) {
    stream.write(`${word}\n`)
    await wait(50)
  }
  stream.end()
})
