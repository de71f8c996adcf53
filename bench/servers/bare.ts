// The yardstick: bare node:http that answers every request with a ready Buffer of SIZE bytes and CloudFront's headers.
import { createServer } from 'node:http'
import { hitHeaders, serve } from './common.ts'

const size = Number(process.argv[2] ?? 1024)
const body = Buffer.alloc(size, 'x')
let count = 0

serve(
  createServer((_request, response) => {
    response.writeHead(200, hitHeaders(size, ++count))
    response.end(body)
  }),
)
