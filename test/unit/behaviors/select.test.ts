// Which behavior answers a path.
import { describe, expect, test } from 'vitest'
import { compileBehaviors } from '../../../src/behaviors/select.ts'
import { aBehavior, aDistribution } from '../policies/builders.ts'

const behaviors = (...patterns: string[]) => patterns.map((PathPattern) => ({ ...aBehavior(), PathPattern }))

describe('compileBehaviors', () => {
  const distribution = aDistribution({ CacheBehaviors: behaviors('/a/b*', '/a*', '*.jpg') })

  test.each([
    ['/a/b', '/a/b*', 0],
    ['/a/b/..', '/a*', 1],
    ['//a//b', '/a/b*', 0],
    ['/a.jpg', '/a*', 1],
    ['/x/y.jpg', '*.jpg', 2],
    ['/x', '*', -1],
    ['*', '*', -1],
  ])('%s goes to %s, number %d', (path, PathPattern, index) => {
    const select = compileBehaviors(distribution)
    const expected = { PathPattern, index }
    expect(select(path)).toMatchObject(expected)
    expect(select(path)).toMatchObject(expected)
    const behavior = distribution.CacheBehaviors[index] ?? distribution.DefaultCacheBehavior
    expect(select(path).behavior).toBe(behavior)
  })

  test('without further behaviors everything goes to the default one', () => {
    expect(compileBehaviors(aDistribution())('/a')).toMatchObject({ index: -1, PathPattern: '*' })
  })

  test('more paths than are remembered, and very long ones, are answered alike', () => {
    const select = compileBehaviors(distribution)
    for (let i = 0; i < 10_000; i++) select(`/x/${i}`)
    expect(select('/a/b')).toMatchObject({ index: 0 })
    expect(select(`/a/b${'c'.repeat(5000)}`)).toMatchObject({ index: 0 })
    expect(select('/x/1')).toMatchObject({ index: -1 })
  })
})
