// `pocketfront validate` as a process: exit codes, and what goes where.
import { expect, test } from 'vitest'
import { startCli } from './cli-process.ts'
import { withFiles } from '../unit/config/harness.ts'

const GOOD = 'Origins: [{ Id: a, DomainName: localhost }]\nDefaultCacheBehavior: { TargetOriginId: a }\n'
const TRAPPED = GOOD.replace('TargetOriginId: a', 'TargetOriginId: a, CachePolicy: CachingDisabled')

test.each([
  { argv: ['good.yaml'], code: 0, out: /^1 distribution: no problems\n$/ },
  { argv: ['trapped.yaml'], code: 0, out: /^trap {2}trapped\.yaml:2:57 / },
  { argv: ['trapped.yaml', '--max-traps', '0', '--json'], code: 2, out: /"traps": 1/ },
  { argv: ['bad.yaml', '--format', 'github'], code: 2, out: /^::error file=bad\.yaml,line=2,/ },
  { argv: ['gone.yaml'], code: 2, out: /there is no such file/ },
])('validate $argv ends with $code', async ({ argv, code, out }) => {
  const files = {
    'good.yaml': GOOD,
    'trapped.yaml': TRAPPED,
    'bad.yaml': GOOD.replace('TargetOriginId: a', 'TargetOriginId: b'),
  }
  await withFiles(files, async (cwd) => {
    await using cli = startCli(['validate', ...argv], { cwd })
    expect(await cli.ended).toBe(code)
    expect(cli.stdout()).toMatch(out)
    expect(cli.stderr()).toBe('')
  })
})
