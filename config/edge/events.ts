// The parts of Lambda@Edge's event that the examples use. (Developer Guide, 'Lambda@Edge event structure')

export type EdgeHeaders = Record<string, { key?: string; value: string }[]>

export interface EdgeRequest {
  clientIp: string
  method: string
  uri: string
  querystring: string
  headers: EdgeHeaders
}

export interface EdgeResponse {
  status: string
  statusDescription?: string
  headers: EdgeHeaders
  body?: string
}

export interface RequestEvent {
  Records: [{ cf: { request: EdgeRequest } }]
}

export interface ResponseEvent {
  Records: [{ cf: { request: EdgeRequest; response: EdgeResponse } }]
}
