import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { LineWriter } from '../../../src/observe/line-writer.ts'
import type { LogFormat, LogLevel } from '../../../src/observe/logger.ts'
import { createLogger } from '../../../src/observe/logger.ts'
import { NO_PALETTE, selectPalette } from '../../../src/observe/palette.ts'
import { createRequestLog } from '../../../src/observe/request-log.ts'
import { failedTrace, hitTrace, missTrace, STARTED, tier } from './traces.ts'

const HUMAN: LogFormat = { kind: 'human', palette: NO_PALETTE, showsHost: () => false }

function logTo(format: LogFormat, level: LogLevel = 'info') {
  let written = ''
  const writer: LineWriter = {
    write: (lines) => {
      written += lines
    },
    flush: () => undefined,
    close: () => Promise.resolve(),
  }
  const logger = createLogger({ level, format, writer, clock: { now: () => STARTED } })
  return { logger, log: createRequestLog(logger), text: () => written }
}

test('a JSON line has the fields of a pino line and those of the request', () => {
  const { log, text } = logTo({ kind: 'json' })
  log(missTrace())
  expect(text().endsWith('}\n')).toBe(true)
  expect(JSON.parse(text())).toEqual({
    level: 30,
    time: STARTED + 12,
    event: 'request',
    requestId: 'miss==',
    distribution: 'E1',
    method: 'GET',
    host: 'localhost:8080',
    url: '/img/a.png',
    status: 200,
    resultType: 'Miss',
    pop: 'FRA56',
    edge: 'miss not-in-cache',
    regional: 'miss invalidated',
    shield: null,
    ttl: 3600,
    bytes: 1000,
    ms: 12.34,
    problem: null,
    delivery: 'complete',
    msg: 'request',
  })
})

test('a line survives whatever a viewer writes into its URL', () => {
  const { log, text } = logTo({ kind: 'json' })
  const trace = hitTrace()
  trace.url = '/"\\\n\u2028\ud800'
  log(trace)
  expect(text().split('\n')).toHaveLength(2)
  expect(JSON.parse(text())).toMatchObject({ url: trace.url })
})

test.each([
  { trace: hitTrace(), line: 'GET /img/a.png 200 Hit edge FRA56 0.3 ms' },
  { trace: missTrace(), line: 'GET /img/a.png 200 Miss origin api 12.3 ms' },
  {
    trace: failedTrace(),
    line: 'GET /img/a.png 502 Error origin api 12.3 ms origin api: ECONNREFUSED 127.0.0.1:3000',
  },
  {
    trace: Object.assign(missTrace(), {
      regional: tier({ layer: 'regional', verdict: 'hit', because: 'fresh' }),
      edge: tier({ layer: 'edge', verdict: 'miss', because: 'expired' }),
    }),
    line: 'GET /img/a.png 200 Miss regional eu-central-1 (expired) 12.3 ms',
  },
  {
    trace: Object.assign(failedTrace(), { problem: 'auth: TypeError: oops\n    at handler (auth.ts:3:9)' }),
    line: 'GET /img/a.png 502 Error origin api 12.3 ms auth: TypeError: oops',
  },
  {
    trace: Object.assign(missTrace(), { bypass: 'caching-disabled', edge: null, totalMs: 1234.4 }),
    line: 'GET /img/a.png 200 Miss origin api (caching-disabled) 1234 ms',
  },
  {
    trace: Object.assign(hitTrace(), { delivery: 'client-gone' }),
    line: 'GET /img/a.png 200 Hit edge FRA56 0.3 ms viewer left',
  },
  {
    trace: Object.assign(hitTrace(), { edge: null, status: 301, resultType: 'Redirect' }),
    line: 'GET /img/a.png 301 Redirect edge FRA56 0.3 ms',
  },
])('a line for people: $line', ({ trace, line }) => {
  const { log, text } = logTo(HUMAN)
  log(trace)
  expect(text()).toBe(`${line}\n`)
})

test('with several distributions a line for people names the host', () => {
  const { log, text } = logTo({ ...HUMAN, showsHost: () => true })
  log(hitTrace())
  expect(text()).toBe('localhost:8080 GET /img/a.png 200 Hit edge FRA56 0.3 ms\n')
})

test('a URL cannot steer the terminal', () => {
  const { log, text } = logTo(HUMAN)
  log(Object.assign(hitTrace(), { url: '/\u001b[2J\u009b31m' }))
  expect(text()).toMatch(/^GET \/\ufffd\[2J\ufffd31m 200 /)
})

const coloredLine = (isTTY: boolean, env: Record<string, string>): string => {
  const { log, text } = logTo({
    kind: 'human',
    palette: selectPalette({ isTTY }, env),
    showsHost: () => false,
  })
  log(hitTrace())
  return text()
}

test('colours appear on a terminal only, and never with NO_COLOR', () => {
  expect(coloredLine(true, {})).toContain('\u001b[32m200 Hit\u001b[39m')
  expect(coloredLine(false, {})).not.toContain('\u001b')
  expect(coloredLine(true, { NO_COLOR: '1' })).not.toContain('\u001b')
  expect(coloredLine(true, { TERM: 'dumb' })).not.toContain('\u001b')
})

test.each(['silent', 'error', 'warn'] as const)('at level %s requests are not logged', (level) => {
  const { log, text } = logTo(HUMAN, level)
  log(hitTrace())
  expect(text()).toBe('')
})

test('the level of a running logger can change', () => {
  const { log, logger, text } = logTo(HUMAN, 'warn')
  logger.level = 'info'
  log(hitTrace())
  expect(text()).toContain('GET /img/a.png')
})

test('any pino logger takes a request as an object, or as a line for people', () => {
  const lines: Record<string, unknown>[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  createRequestLog(logger)(hitTrace())
  createRequestLog(logger, { human: true })(hitTrace())
  logger.level = 'warn'
  createRequestLog(logger)(hitTrace())
  expect(lines).toMatchObject([
    { event: 'request', requestId: 'hit==', msg: 'request' },
    { msg: 'GET /img/a.png 200 Hit edge FRA56 0.3 ms' },
  ])
  expect(lines).toHaveLength(2)
})

test('other lines tell level, message, fields and the stack of an error', () => {
  const { logger, text } = logTo(HUMAN)
  logger.warn({ origin: 'api', attempts: 3 }, 'origin is slow')
  logger.error(new Error('boom'))
  expect(text()).toMatch(
    /^warn {2}origin is slow {2}origin=api attempts=3\nerror {2}boom\n {2}Error: boom\n {6}at /,
  )
})

test('other JSON lines are events of the log, by the clock that TTLs go by', () => {
  const { logger, text } = logTo({ kind: 'json' })
  logger.warn({ origin: 'api' }, 'slow')
  logger.info('plain')
  const [first, second] = text().trim().split('\n')
  expect(JSON.parse(first!)).toEqual({ level: 40, time: STARTED, event: 'log', origin: 'api', msg: 'slow' })
  expect(JSON.parse(second!)).toMatchObject({ event: 'log', msg: 'plain' })
})

test('an error page is named, with the status that it stands in for', () => {
  const trace = failedTrace()
  trace.status = 200
  trace.problem = null
  trace.errorPage = {
    errorCode: 404,
    path: '/index.html',
    behavior: '*',
    responseCode: 200,
    outcome: 'shown',
    fetch: hitTrace(),
  }
  const human = logTo(HUMAN)
  human.log(trace)
  expect(human.text()).toContain('200 Error origin api (/index.html for 404)')
  const json = logTo({ kind: 'json' })
  json.log(trace)
  json.log(missTrace())
  const [first, second] = json.text().trim().split('\n')
  expect(JSON.parse(first!)).toMatchObject({ status: 200, errorPage: '/index.html' })
  expect(JSON.parse(second!)).not.toHaveProperty('errorPage')
})
