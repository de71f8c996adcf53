// The Lambda@Edge examples of config/, through the whole program.
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { hasPython } from '../unit/functions/definitions.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../config/${name}`, import.meta.url))

describe('lambda-image-format.yaml', () => {
  test('gives each browser the format it takes, from two copies per picture', async () => {
    await using front = await startFront({ config: example('lambda-image-format.yaml') })
    const typeOf = async (Accept: string) =>
      (await front.get('/img/pixel.jpg', { Accept })).headers['content-type']
    expect(await typeOf('image/avif,image/webp,image/png,*/*;q=0.8')).toBe('image/webp')
    expect(await typeOf('image/png,*/*;q=0.5')).toBe('image/jpeg')
    for (const Accept of ['image/webp', 'image/webp,*/*', 'text/html']) {
      expect(await front.get('/img/pixel.jpg', { Accept })).toBeHit('edge')
    }
  })
})

describe('lambda-ssr.yaml', () => {
  test.each([
    ['node', 'Node.js', true],
    ['python', 'Python', hasPython],
  ] as const)('renders pages with %s, and the cache keeps them', async (name, language, isThere) => {
    if (!isThere) return
    await using front = await startFront({ config: example('lambda-ssr.yaml') })
    expect(front.pocketfront.loaded.warnings).toEqual([])
    const path = `/hello/${name}/a?name=%3CAda%3E`
    const miss = await front.get(path)
    expect(miss).toBeMiss()
    expect(miss.trace!.detailedResultType).toBe('MissGeneratedResponse')
    expect(miss.text).toContain('<h1>Hello &lt;Ada&gt;</h1>')
    expect(miss.text).toContain(`Rendered by ${language} for /hello/${name}/a.`)
    expect(await front.get(path)).toBeHit('edge')
    expect((await front.get(`/hello/${name}/a`)).text).toContain('Hello world')
    front.clock.advanceSeconds(61)
    expect((await front.get(path)).trace!.functions).toHaveLength(1)
  })
})
