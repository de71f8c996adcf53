#!/usr/bin/env node
// The entry of the CLI: checks the Node.js version, then loads everything else.
import { requireNodeVersion } from './node-version.ts'

requireNodeVersion()
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2))
