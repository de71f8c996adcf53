// Origins with certificates that nobody has reason to trust.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startFront } from '../support/front.ts'
import { startTlsOrigin } from '../support/tls.ts'

test('insecureOrigins lets an origin show any certificate, for one run', async () => {
  await using origin = await startTlsOrigin({ domains: ['other.example.com'] })
  await using strict = await startFront({ origin })
  expect((await strict.get('/')).status).toBe(502)
  await using lax = await startFront({ origin, insecureOrigins: true })
  expect((await lax.get('/')).text).toBe('over TLS')
})

test('It holds for WebSockets as well', async () => {
  await using origin = await startTlsOrigin()
  origin.server.on('upgrade', (_request, socket: Socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  const handshake = async (insecureOrigins: boolean): Promise<string> => {
    await using front = await startFront({ origin, insecureOrigins })
    const viewer = connect(front.port, '127.0.0.1')
    viewer.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const [head] = (await once(viewer, 'data')) as [Buffer]
    viewer.destroy()
    return head.toString().split('\r\n', 1)[0]!
  }
  expect(await handshake(false)).toBe('HTTP/1.1 502 Bad Gateway')
  expect(await handshake(true)).toBe('HTTP/1.1 101 Switching Protocols')
})
