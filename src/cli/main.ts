#!/usr/bin/env node
// The entry of the CLI: checks the Node.js version, then loads everything else.
import { setFlagsFromString } from 'node:v8'
import { requireNodeVersion } from './node-version.ts'

requireNodeVersion()
// V8 lets a heap double before it looks for garbage. A cache is mostly alive, so that this would cost a third more
// memory than there is in it, for a saving in time too small to measure.
setFlagsFromString('--heap-growing-percent=40')
// Imported here for older versions that lack it; saves most of the start after the first one.
const { enableCompileCache } = await import('node:module')
enableCompileCache()
const { run } = await import('./run.ts')
// Not process.exitCode: whatever user code left behind must not keep a stopped process alive.
process.exit(await run(process.argv.slice(2)))
