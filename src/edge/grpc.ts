// Which requests are gRPC calls, and what such a call needs of its headers.
import type { CompiledBehavior } from './compile.ts'
import { Headers } from '../message/headers.ts'
import type { ViewerRequest } from '../message/requests.ts'

/** POST over HTTP/2 with a content type of gRPC, where the behavior has it enabled. ('Using gRPC with CloudFront distributions') */
export function isGrpcCall(
  request: ViewerRequest,
  { behavior }: Pick<CompiledBehavior, 'behavior'>,
): boolean {
  if (!behavior.GrpcConfig.Enabled || request.method !== 'POST' || request.httpVersion !== '2.0') return false
  return /^application\/grpc(?:[+;]|$)/i.test(request.headers.get('content-type') ?? '')
}

/** What the protocol itself needs goes along whatever the policies say (choice): encoding and deadline of the call. */
export function withGrpcHeaders(headers: Headers, request: ViewerRequest): Headers {
  const pairs = [...headers.pairs]
  for (const [name, value, wireName] of request.headers.entries()) {
    if (name.startsWith('grpc-') && !headers.has(name)) pairs.push(wireName, value)
  }
  return new Headers(pairs)
}
