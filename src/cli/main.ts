#!/usr/bin/env node
// The entry of the CLI: checks the Node.js version, then loads everything else.
import { requireNodeVersion } from './node-version.ts'

requireNodeVersion()
// Imported here for older versions that lack it; saves most of the start after the first one.
const { enableCompileCache } = await import('node:module')
enableCompileCache()
const { run } = await import('./run.ts')
// Not process.exitCode: whatever user code left behind must not keep a stopped process alive.
process.exit(await run(process.argv.slice(2)))
