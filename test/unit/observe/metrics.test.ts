import { expect, test } from 'vitest'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { failedTrace, hitTrace, missTrace } from './traces.ts'

function linesAfter(...traces: Parameters<ReturnType<typeof createMetrics>['record']>[0][]): string[] {
  const metrics = createMetrics()
  for (const trace of traces) metrics.record(trace)
  return metrics.text().split('\n')
}

test('requests are counted by result type', () => {
  const lines = linesAfter(hitTrace(), hitTrace(), missTrace(), failedTrace())
  expect(lines).toContain('# TYPE pocketfront_requests_total counter')
  expect(lines).toContain('pocketfront_requests_total{result="Hit"} 2')
  expect(lines).toContain('pocketfront_requests_total{result="Miss"} 1')
  expect(lines).toContain('pocketfront_requests_total{result="Error"} 1')
})

test('look-ups are counted by layer, place, verdict and reason', () => {
  const lines = linesAfter(hitTrace(), hitTrace(), missTrace())
  const prefix = 'pocketfront_tier_lookups_total{layer='
  expect(lines).toContain(`${prefix}"edge",place="FRA56",verdict="hit",reason="fresh"} 2`)
  expect(lines).toContain(`${prefix}"edge",place="FRA56",verdict="miss",reason="not-in-cache"} 1`)
  expect(lines).toContain(`${prefix}"regional",place="eu-central-1",verdict="miss",reason="invalidated"} 1`)
})

test('origin requests are counted by status class, those without an answer as error', () => {
  const lines = linesAfter(missTrace(), missTrace(), failedTrace())
  expect(lines).toContain('pocketfront_origin_requests_total{distribution="E1",origin="api",status="2xx"} 2')
  expect(lines).toContain(
    'pocketfront_origin_requests_total{distribution="E1",origin="api",status="error"} 1',
  )
})

test('runs of functions are counted by outcome', () => {
  const lines = linesAfter(missTrace(), missTrace())
  expect(lines).toContain(
    'pocketfront_function_runs_total{event="origin-request",function="rewrite",outcome="continued"} 2',
  )
})

test('bytes to viewers add up', () => {
  expect(linesAfter(hitTrace(), missTrace())).toContain('pocketfront_viewer_bytes_total 2000')
  expect(linesAfter()).toContain('pocketfront_viewer_bytes_total 0')
})

test('quotes, backslashes and line breaks in label values are escaped', () => {
  const trace = missTrace()
  trace.distributionId = 'a"b\\c\nd'
  expect(linesAfter(trace)).toContain(
    String.raw`pocketfront_origin_requests_total{distribution="a\"b\\c\nd",origin="api",status="2xx"} 1`,
  )
})

test('every line is a comment or a sample of the exposition format', () => {
  const comment = /^# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ (?:counter|gauge))$/
  const sample = /^[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="(?:[^"\\\n]|\\["\\n])*")*\})? \d+$/
  const lines = linesAfter(hitTrace(), missTrace(), failedTrace())
  expect(lines.pop()).toBe('')
  for (const line of lines) expect(line).toMatch(line.startsWith('#') ? comment : sample)
})
