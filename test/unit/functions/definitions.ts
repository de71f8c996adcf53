// Definitions of functions as the tests need them, and a check that Python is there.
import { spawnSync } from 'node:child_process'
import type { LambdaFunction } from '../../../src/model/functions.ts'

/** What a configuration may leave open. */
export const UNSET_SETTINGS: Pick<LambdaFunction, 'Runtime' | 'MemorySize' | 'Timeout'> = {
  Runtime: null,
  MemorySize: null,
  Timeout: null,
}

const isInstalled = spawnSync('python3', ['--version']).status === 0
if (!isInstalled && process.env['POCKETFRONT_TEST_PYTHON'] === 'required')
  throw new Error('python3 is missing, and POCKETFRONT_TEST_PYTHON says that it is required')

/** Tests of Python functions are skipped where there is none; POCKETFRONT_TEST_PYTHON=required makes that a failure. */
export const hasPython = isInstalled
