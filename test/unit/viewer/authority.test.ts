import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAuthority } from '../../../src/viewer/tls/authority.ts'

test('the folder of the authority is made with all folders above it, for its owner alone', async () => {
  const base = await mkdtemp(join(tmpdir(), 'pocketfront-authority-'))
  onTestFinished(() => rm(base, { recursive: true }))
  const folder = join(base, 'a', 'b')
  const pair = await createAuthority(folder, () => 'x').get()
  expect(await createAuthority(folder, () => 'y').get()).toEqual(pair)
  expect((await stat(join(base, 'a'))).mode & 0o777).toBe(0o700)
})

test.runIf(process.platform === 'linux')(
  'a folder that cannot be made is a problem with the next step, below /proc as well',
  async () => {
    const authority = createAuthority('/proc/nowhere/ca', () => 'x')
    await expect(authority.get()).rejects.toMatchObject({
      code: 'PF_CERTIFICATE',
      message: expect.stringContaining('/proc/nowhere/ca'),
    })
  },
)
