// The JavaScript that prepares a context before a function's code: what is missing there, and what is too much.
import { readFileSync } from 'node:fs'
import type { CloudFrontRuntime } from '../contract.ts'

/** The functions of the host that the prelude closes over, in the order of its parameters; a function never sees them. */
export const HOST_FUNCTIONS = [
  'hostLog',
  'hostCall',
  'hostHash',
  'hostHmac',
  'hostEncode',
  'hostEncodeJson',
  'hostDecode',
] as const
export type HostFunction = (typeof HOST_FUNCTIONS)[number]

const FILES = [
  'intrinsics',
  'bytes',
  'console',
  'modules',
  'buffer',
  'buffer-numbers',
  'byte-strings',
  'encoders',
  'crypto',
  'querystring',
  'cloudfront',
  'clock',
  'language',
  'main',
] as const

/** An expression whose value takes the host's functions and returns `main` of prelude/main.js. */
export function readPrelude(runtime: CloudFrontRuntime): string {
  const parts = FILES.map((name) => readFileSync(new URL(`../prelude/${name}.js`, import.meta.url), 'utf8'))
  const isV2 = runtime === 'cloudfront-js-2.0'
  return `(function (${HOST_FUNCTIONS.join(', ')}) {'use strict';const isV2 = ${isV2};${parts.join('\n')};return main})`
}
