// Says in one sentence when the tests run on a Node.js that is too old, before anything else is imported.
import { requireNodeVersion } from '../../src/cli/node-version.ts'

requireNodeVersion()
