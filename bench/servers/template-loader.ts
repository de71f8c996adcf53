// A process that loads one configuration, the first of its life, and prints how long that took.
import { loadConfig } from '../../src/config/load.ts'

const [file = ''] = process.argv.slice(2)
const started = performance.now()
const result = await loadConfig({
  files: [file],
  origins: [],
  lambdas: [],
  env: {},
  cwd: process.cwd(),
  allowRemoteOrigins: true,
})
const seconds = (performance.now() - started) / 1000
if (!result.ok) throw new Error(JSON.stringify(result.issues.slice(0, 3)))
process.stdout.write(JSON.stringify({ seconds, distributions: result.deployment.Distributions.length }))
