// Reads a body to its end.
import type { Body } from '../../src/message/body.ts'
import type { BodyReader } from '../../src/message/body-reader.ts'

/** Reads a body to its end into one buffer; rejects when it fails or grows beyond `maxBytes`. */
export function readWholeBody(body: Body, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let bytes = 0
    const reader: BodyReader = body.read({
      onData(chunk) {
        bytes += chunk.length
        if (bytes > maxBytes) {
          reader.cancel()
          reject(new Error(`the body is larger than ${maxBytes} bytes`))
          return false
        }
        parts.push(chunk)
        return true
      },
      onEnd: () => resolve(Buffer.concat(parts)),
      onError: reject,
    })
    reader.resume()
  })
}
