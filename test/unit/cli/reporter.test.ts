import { expect, test } from 'vitest'
import { distribution, started, WARNING } from './deployments.ts'
import { createReporter } from '../../../src/cli/reporter.ts'
import type { LogFormat } from '../../../src/observe/logger.ts'
import { NO_PALETTE } from '../../../src/observe/palette.ts'

const HUMAN: LogFormat = { kind: 'human', palette: NO_PALETTE, showsHost: () => false }
const TWO = started([distribution(), distribution({ Id: 'E2DEF' })], { warnings: [WARNING] })

function reporterTo(format: LogFormat, verbosity: 'all' | 'quiet' = 'all') {
  let written = ''
  const writer = {
    write: (lines: string) => {
      written += lines
    },
    flush: () => undefined,
    close: () => Promise.resolve(),
  }
  const reporter = createReporter({ writer, format, quiet: verbosity === 'quiet', cwd: '/home/me' })
  return {
    reporter,
    text: () => written,
    events: () =>
      written
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  }
}

test('the JSON form tells everything as events, ready as the last one', () => {
  const { reporter, events } = reporterTo({ kind: 'json' })
  reporter.started(TWO)
  expect(events()).toMatchObject([
    { event: 'distribution', id: 'E1ABC', urls: ['http://e1abc.localhost:8080'], enabled: true },
    { event: 'distribution', id: 'E2DEF' },
    {
      event: 'origin',
      distribution: 'E1ABC',
      originId: 'api',
      target: 'http://127.0.0.1:3000',
      source: 'environment',
    },
    { event: 'origin', distribution: 'E2DEF' },
    { event: 'warning', file: '/home/me/site.yaml', line: 12, column: 7 },
    {
      event: 'ready',
      version: '1.2.3',
      url: 'http://127.0.0.1:8080',
      port: 8080,
      adminUrl: 'http://127.0.0.1:8081',
      adminPort: 8081,
      pop: 'FRA56',
      region: 'eu-central-1',
      distributions: ['E1ABC', 'E2DEF'],
    },
  ])
})

test('the quiet JSON form keeps warnings and ready', () => {
  const { reporter, events } = reporterTo({ kind: 'json' }, 'quiet')
  reporter.started(TWO)
  reporter.stopping('SIGTERM')
  expect(events().map(({ event }) => event)).toEqual(['warning', 'ready'])
})

test('the quiet form for people keeps warnings and bad reloads', () => {
  const { reporter, text } = reporterTo(HUMAN, 'quiet')
  reporter.started(started([distribution()]))
  reporter.reloaded({ ok: true, loaded: TWO.front.loaded })
  reporter.stopping('SIGTERM')
  expect(text()).toBe('')
  reporter.started(TWO)
  reporter.reloaded({ ok: false, issues: [] })
  expect(text()).toMatch(/^warning {2}site\.yaml:12:7.+\nnot reloaded.+\n$/)
})

test('reloads and the stop are events of their own', () => {
  const { reporter, events } = reporterTo({ kind: 'json' })
  reporter.reloaded({ ok: true, loaded: TWO.front.loaded })
  reporter.reloaded({ ok: false, issues: [WARNING] })
  reporter.stopping('SIGINT')
  expect(events()).toMatchObject([
    { event: 'reload', ok: true, distributions: ['E1ABC', 'E2DEF'] },
    { event: 'reload', ok: false, issues: [{ line: 12 }] },
    { event: 'stopping', signal: 'SIGINT' },
  ])
})

test('the form for people ends with what to try, and tells the stop', () => {
  const { reporter, text } = reporterTo(HUMAN)
  reporter.started(TWO)
  expect(text().trimEnd().split('\n').at(-1)).toMatch(/^try +curl /)
  reporter.stopping('SIGINT')
  expect(text()).toContain('SIGINT: stopping')
})
