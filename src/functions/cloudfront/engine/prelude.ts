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

/** What a file of the prelude declares at its top. */
const DECLARATION = /^(?:function|class|const|let) (?:(\w+)|\{ ([^}]+) \})/gm

/**
 * The prelude as expressions, one for each file; all are functions. The first takes the host's functions and returns
 * the scope, the others take the scope, and the last returns `main` of prelude/main.js. One by one they leave the
 * memory, which is copied for every run, far smaller than all together.
 */
export function readPrelude(runtime: CloudFrontRuntime): readonly string[] {
  const isV2 = runtime === 'cloudfront-js-2.0'
  const names = HOST_FUNCTIONS.join(', ')
  const known = new Set<string>([...HOST_FUNCTIONS, 'isV2'])
  const files = FILES.map((name) => {
    const text = readFileSync(new URL(`../prelude/${name}.js`, import.meta.url), 'utf8')
    const words = new Set(text.match(/\w+/g))
    const used = [...known].filter((each) => words.has(each))
    const declared = declaredIn(text)
    for (const each of declared) known.add(each)
    const exported = declared.map((each) => `$.${each}=${each};`).join('')
    return `(function($){'use strict';const {${used.join(',')}}=$;\n${text}\n${exported}return $.main})`
  })
  return [`(function(${names}){return {${names},isV2:${isV2}}})`, ...files]
}

function declaredIn(text: string): string[] {
  return [...text.matchAll(DECLARATION)].flatMap(([, name, several]) =>
    name !== undefined ? [name] : several!.split(',').map((each) => each.replace(/.*:/, '').trim()),
  )
}
