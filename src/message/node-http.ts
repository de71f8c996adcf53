// Node's HTTP module without what an import of it brings along.
import type * as Http from 'node:http'

/**
 * An import reads every export of a module, and among these are WebSocket and its events, for which Node.js loads its
 * own fetch: a tenth of the time that a start takes.
 */
const http: typeof Http = process.getBuiltinModule('node:http')

/** Those that are in use here. */
export const { createServer, request, ServerResponse, STATUS_CODES } = http
/** Its instances. */
export type ServerResponse = Http.ServerResponse
