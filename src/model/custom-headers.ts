// Which headers CloudFront refuses to add to origin requests.

const REFUSED: ReadonlySet<string> = new Set([
  'cache-control',
  'connection',
  'content-length',
  'cookie',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'request-range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-real-ip',
])

/** ('Add custom headers to origin requests', custom headers that CloudFront can't add) */
export function isRefusedCustomHeader(lowerName: string): boolean {
  return REFUSED.has(lowerName) || lowerName.startsWith('x-amz-') || lowerName.startsWith('x-edge-')
}
