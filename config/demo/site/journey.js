// How far a request travelled, read from CloudFront's own response headers.

/**
 * Server-Timing names the layer. Where it is missing, X-Cache and Age tell that somebody had a copy, and the page's
 * own memory who: a POP that this page has not asked before has its copy from the regional edge cache.
 *
 * @param {Headers} headers of a response
 * @param {{method: string, wasHere: boolean}} request its method, and whether it went to this POP before
 * @returns {{word: string, reached: 'pop' | 'regional' | 'origin', skipsRegional: boolean, isConfirmed: boolean}}
 */
export function readJourney(headers, { method, wasHere }) {
  const word = (headers.get('x-cache') ?? '').split(' ', 1)[0] || 'unknown'
  const timing = readServerTiming(headers.get('server-timing') ?? '')
  const hitLayer = timing.get('cdn-hit-layer')
  const upstreamLayer = timing.get('cdn-upstream-layer')
  const isConfirmed = word === 'RefreshHit' || timing.has('cdn-cache-refresh')
  const skipsRegional = upstreamLayer === undefined ? method !== 'GET' && method !== 'HEAD' : upstreamLayer === 'EDGE'
  const journey = { word, reached: 'origin', skipsRegional, isConfirmed }
  if (hitLayer !== undefined) return { ...journey, reached: hitLayer === 'EDGE' ? 'pop' : 'regional' }
  if (upstreamLayer !== undefined || isConfirmed) return journey
  if (word === 'Redirect' || /^(Function|Lambda)/.test(word)) return { ...journey, reached: 'pop' }
  // An error that has an age was kept, too.
  if (word === 'Hit' || (word === 'Error' && headers.has('age'))) return { ...journey, reached: wasHere ? 'pop' : 'regional' }
  return journey
}

/** @param {ReturnType<typeof readJourney>} journey */
export function tellJourney(journey) {
  const { word, reached, skipsRegional, isConfirmed } = journey
  if (isConfirmed) return 'The copy was too old; the origin said it is still good.'
  if (word.startsWith('Lambda') || word.startsWith('Function')) return 'An edge function answered.'
  if (word === 'Error' && reached !== 'origin') return 'The error was still remembered: the origin was left alone.'
  if (word === 'Error') return 'The origin answered with an error.'
  if (reached === 'pop') return 'The POP had a copy.'
  if (reached === 'regional') return 'The POP had none, the regional edge cache behind it did.'
  if (skipsRegional) return 'Never cached: straight from the POP to the origin.'
  return 'Nobody had a copy: all the way to the origin.'
}

/** `cdn-pop;desc="FRA56-P1"` as name and description or duration. */
function readServerTiming(text) {
  const metrics = new Map()
  for (const [, name, , quoted, bare] of text.matchAll(/([\w-]+)(?:;(desc|dur)=(?:"([^"]*)"|([\w.]+)))?/g)) {
    metrics.set(name, quoted ?? bare ?? '')
  }
  return metrics
}
