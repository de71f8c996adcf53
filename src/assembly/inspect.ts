// Opens the port that debuggers of Lambda@Edge functions attach to.
import { close, open, url } from 'node:inspector'
import { PocketfrontError } from '../model/errors.ts'

/** On loopback only, since whoever reaches the port may run code. */
const HOST = '127.0.0.1'

/**
 * Debuggers find the threads of functions through this process. Returns what closes the port. Throws
 * PF_PORT_IN_USE. A process that was started with --inspect keeps its own port.
 */
export function openInspector(port: number): () => void {
  if (url() !== undefined) return () => undefined
  open(port, HOST)
  if (url() !== undefined) return close
  throw new PocketfrontError(
    'PF_PORT_IN_USE',
    `port ${port} for debuggers is taken`,
    'choose another with --inspect-functions PORT; 0 picks a free one',
  )
}
