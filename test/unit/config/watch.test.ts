// A save of a watched file is told once, however the editor writes it.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { watchFiles } from '../../../src/config/watch.ts'

function watched(...names: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketfront-watch-'))
  const files = names.map((name) => join(folder, name))
  for (const file of files) writeFileSync(file, 'one')
  let changes = 0
  let waiting: (() => void)[] = []
  const watch = watchFiles(files.slice(0, 1), () => {
    changes++
    for (const resolve of waiting) resolve()
    waiting = []
  })
  onTestFinished(async () => {
    await watch.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const changed = () => new Promise<void>((resolve) => waiting.push(resolve))
  return { folder, files, watch, changed, count: () => changes }
}

test('a file that is replaced by another is noticed, and noticed again', async () => {
  const { folder, files, watch, changed, count } = watched('site.yaml')
  await watch.ready
  for (const text of ['two', 'three']) {
    const next = changed()
    writeFileSync(join(folder, 'new'), text)
    renameSync(join(folder, 'new'), files[0]!)
    await next
  }
  expect(count()).toBe(2)
})

test('a save while the watch still starts is noticed', async () => {
  const { files, changed } = watched('site.yaml')
  const next = changed()
  writeFileSync(files[0]!, 'other text')
  await next
})

test('several writes of one save are one change', async () => {
  const { files, watch, changed, count } = watched('site.yaml')
  await watch.ready
  const next = changed()
  for (const text of ['a', 'ab', 'abc', 'abcd']) writeFileSync(files[0]!, text)
  await next
  expect(count()).toBe(1)
})

test('a file that joins the set is watched from then on', async () => {
  const { files, watch, changed } = watched('site.yaml', 'policy.json')
  await watch.ready
  const [, policy] = files
  watch.update(files)
  await watch.ready
  const next = changed()
  writeFileSync(policy!, 'changed')
  await next
})

test('a new configuration in a watched folder is noticed, other files in it are not', async () => {
  const { folder, watch, changed, count } = watched('site.yaml')
  watch.update([folder, join(folder, 'site.yaml')])
  await watch.ready
  writeFileSync(join(folder, 'notes.txt'), 'nothing to read')
  writeFileSync(join(folder, 'words.data.json'), '{}')
  const next = changed()
  writeFileSync(join(folder, 'policy.json'), '{}')
  await next
  expect(count()).toBe(1)
})
