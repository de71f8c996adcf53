// The default ports.
import { expect, test } from 'vitest'
import { randomRequestIds } from '../../src/ports.ts'

test('X-Amz-Cf-Id has 56 characters, base64url with == at the end, and does not repeat', () => {
  const next = randomRequestIds()
  const ids = Array.from({ length: 200_000 }, () => next())
  expect(ids.every((id) => /^[A-Za-z0-9_-]{54}==$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})
