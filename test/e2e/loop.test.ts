// A distribution that is its own origin.
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { closedPort } from '../support/ports.ts'

test('A request that goes round in circles ends with 403 when it comes back', async () => {
  const port = await closedPort()
  await using front = await startFront({
    port,
    origin: { url: `http://127.0.0.1:${port}` },
    originConfig: { DomainName: 'localhost' },
  })
  const answer = await front.get('/')
  expect(answer.status).toBe(403)
  const problems = front.pocketfront.traces.last(10).map(({ problem }) => problem)
  expect(problems).toContainEqual(expect.stringContaining('leads to pocketfront itself'))
  expect(problems).toHaveLength(2)
})
