// A function run on one event, without a distribution around it.
import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { parseKeyValues } from '../config/key-values.ts'
import { printIssues } from '../config/issues.ts'
import { Report } from '../config/nodes/report.ts'
import { readTestEvent } from '../functions/cloudfront/test-event.ts'
import { runTest, type TestOutcome } from '../functions/cloudfront/test-run.ts'
import { PocketfrontError } from '../model/errors.ts'
import type { CloudFrontFunction, FunctionRuntime, KeyValueStore } from '../model/functions.ts'
import { findEdgeLocation } from '../model/locations.ts'
import { systemClock } from '../ports.ts'

export type { FailedAt, TestOutcome } from '../functions/cloudfront/test-run.ts'

/** What a test runs, and on what. */
export interface FunctionTest {
  readonly file: string
  /** JSON of the event object. */
  readonly event: string
  /** JSON of the key value store, or null. */
  readonly kvs: string | null
  /** null: as the event says. */
  readonly stage: 'viewer-request' | 'viewer-response' | null
  readonly runtime: FunctionRuntime
  readonly strictDialect: boolean
  readonly cwd: string
}

const POP = 'FRA56'

/** Rejects with PF_CONFIG for a file that cannot be used; what the function does is in the result. ('Test functions') */
export async function testFunction(test: FunctionTest): Promise<TestOutcome> {
  const { runtime, strictDialect, stage, cwd } = test
  const file = resolve(cwd, test.file)
  const FunctionCode = await readText(file)
  const event = readTestEvent(await readJson(resolve(cwd, test.event)), stage)
  if ('problem' in event) throw new PocketfrontError('PF_CONFIG', `${test.event}: ${event.problem}`)
  const Name = basename(file, extname(file))
  const definition: CloudFrontFunction = {
    FunctionARN: `arn:aws:cloudfront::000000000000:function/${Name}`,
    Name,
    Runtime: runtime,
    FunctionCode,
    file,
    KeyValueStore: test.kvs === null ? null : await readStore(resolve(cwd, test.kvs), cwd),
  }
  const region = findEdgeLocation(POP)?.region ?? ''
  return runTest({ definition, event, strictDialect, now: systemClock().now(), pop: POP, region })
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new PocketfrontError('PF_CONFIG', describeFailure(file, error))
  }
}

function describeFailure(file: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `there is no file ${file}`
  return code === 'EISDIR' ? `${file} is a folder` : message
}

async function readJson(file: string): Promise<unknown> {
  const text = await readText(file)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new PocketfrontError(
      'PF_CONFIG',
      `${file} is no JSON: ${error instanceof Error ? error.message : ''}`,
    )
  }
}

async function readStore(file: string, cwd: string): Promise<KeyValueStore> {
  const report = new Report()
  const items = parseKeyValues(await readText(file), file, report)
  if (items === null) throw new PocketfrontError('PF_CONFIG', printIssues(report.sorted(), cwd))
  const Name = basename(file, extname(file))
  const ARN = `arn:aws:cloudfront::000000000000:key-value-store/${Name}`
  return { ARN, Id: Name, Name, items, createdAt: 0, modifiedAt: 0 }
}
