// Origins that are down when pocketfront starts.
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startOrigin } from '../support/origin.ts'

async function freePort(): Promise<string> {
  const origin = await startOrigin()
  await origin.stop()
  return origin.url
}

/** A log, and a promise of its first warning. */
function listen() {
  const warning = Promise.withResolvers<string>()
  const lines: string[] = []
  const logger = pino(
    { level: 'warn' },
    {
      write(line: string) {
        const { msg } = JSON.parse(line) as { msg: string }
        lines.push(msg)
        warning.resolve(msg)
      },
    },
  )
  return { logger, lines, first: warning.promise }
}

test('An origin that is down at start is warned of, and is served from as soon as it is up', async () => {
  const log = listen()
  const url = await freePort()
  await using front = await startFront({ origin: { url }, logger: log.logger })
  expect(await log.first).toMatch(
    /nobody answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\), where origin should be/,
  )
  expect((await front.get('/')).status).toBe(502)
})

test('An address of several origins is warned of once, and those that are up are not', async () => {
  const log = listen()
  const down = await freePort()
  await using up = await startOrigin()
  const Origins = ['a', 'b', 'c'].map((Id) => ({ Id, DomainName: `${Id}.example.com` }))
  const DefaultCacheBehavior = { TargetOriginId: 'a', ViewerProtocolPolicy: 'allow-all' }
  const config = { Origins, DefaultCacheBehavior, origins: { a: down, b: `${down}/x`, c: up.url } }
  await using front = await startFront({ config, logger: log.logger })
  expect(await log.first).toContain('where a, b should be')
  expect((await front.get('/')).status).toBe(502)
  expect(log.lines).toHaveLength(1)
})

test('A stop does not wait for origins that keep silent', async () => {
  const log = listen()
  // An address of documentation: packets to it get lost or are refused (RFC 5737).
  const front = await startFront({ origin: { url: 'http://192.0.2.1:81' }, logger: log.logger })
  await front.stop()
  expect(log.lines).toEqual([])
})
