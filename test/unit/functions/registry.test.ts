import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { UNSET_SETTINGS } from './definitions.ts'
import { createFunctionRegistry } from '../../../src/functions/registry.ts'
import { DISTRIBUTION, behaviorWith, context, outgoingRequest, viewerRequest } from './messages.ts'
import type { FunctionRegistry } from '../../../src/functions/registry.ts'
import type { LambdaFunction } from '../../../src/model/functions.ts'

const fixture = (name: string, exportName = 'handler'): LambdaFunction => ({
  LambdaFunctionARN: `arn:${name}`,
  name,
  version: '1',
  file: fileURLToPath(new URL(`../../fixtures/functions/${name}`, import.meta.url)),
  exportName,
  ...UNSET_SETTINGS,
})

let registry: FunctionRegistry
afterEach(() => registry.dispose())

function start(...functions: LambdaFunction[]): void {
  registry = createFunctionRegistry({ functions, watch: false, log: () => {}, region: 'us-east-1' })
}

async function mark(arn: string): Promise<unknown> {
  const hooks = registry.hooksFor(DISTRIBUTION, behaviorWith(arn, ['viewer-request']))
  const outcome = await hooks.viewerRequest!(viewerRequest(), context())
  return outcome.kind === 'continue' ? outcome.request.headers.get('x-marked') : outcome
}

test('broken functions are known before the first request', async () => {
  start(fixture('typed.ts'), fixture('syntax-error.ts'))
  expect(await registry.prepare()).toEqual([
    {
      LambdaFunctionARN: 'arn:syntax-error.ts',
      name: 'syntax-error.ts',
      file: fixture('syntax-error.ts').file,
      reason: expect.stringContaining('syntax-error.ts:4:1'),
    },
  ])
})

test('a new configuration keeps unchanged functions warm and starts changed ones', async () => {
  start(fixture('typed.ts'))
  expect(await mark('arn:typed.ts')).toBe('typed 1')
  registry.update([fixture('typed.ts'), fixture('hostile.ts')])
  expect(await mark('arn:typed.ts')).toBe('typed 2')
  registry.update([fixture('typed.ts', 'other')])
  expect(await mark('arn:typed.ts')).toBe('other')
})

test('a request on the old configuration is still served by a function that was removed', async () => {
  start(fixture('typed.ts'))
  const hooks = registry.hooksFor(DISTRIBUTION, behaviorWith('arn:typed.ts', ['viewer-request']))
  await hooks.viewerRequest!(viewerRequest(), context())
  registry.update([])
  expect(await hooks.viewerRequest!(viewerRequest(), context())).toMatchObject({ kind: 'continue' })
})

test('an association without code fails as a function that CloudFront cannot run', async () => {
  start()
  const hooks = registry.hooksFor(DISTRIBUTION, behaviorWith('arn:unknown', ['origin-request']))
  expect(await hooks.originRequest!(outgoingRequest(), context())).toMatchObject({
    kind: 'failed',
    status: 503,
    failure: {
      resultType: 'LambdaExecutionError',
      detail: 'the configuration has no code for this function',
    },
  })
})
