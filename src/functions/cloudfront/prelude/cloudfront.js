// The module cloudfront of runtime 2.0; what its methods do is the host's business.
/** A method of the host; JSON in, JSON out, bytes as { $bytes }. */
function callHost(operation, args) {
  const text = hostCall(stringify([operation, args], isStore(operation) ? undefined : packBytes))
  const answer = indexOfText(text, '$bytes') < 0 ? parse(text) : parse(text, unpackBytes)
  if (answer.error === undefined) return answer.value
  const failure = new Failure(answer.error.message)
  define(failure, 'name', answer.error.name)
  throw failure
}

/** The store takes and gives texts only, which saves looking for bytes. */
function isStore(operation) {
  return indexOfText(operation, 'kvs') === 0
}

function packBytes(name, value) {
  const original = this[name]
  return isBytes(original) ? { $bytes: original.length === 0 ? '' : decodeBytes(original, 'base64') } : value
}

function unpackBytes(name, value) {
  return typeof value === 'object' && value !== null && typeof value.$bytes === 'string'
    ? toBuffer(encodeText(value.$bytes, 'base64'))
    : value
}

function openStore(id) {
  const name = id === undefined ? null : `${id}`
  callHost('kvs', [name])
  return {
    async get(key, options) {
      const value = callHost('kvs.get', [name, `${key}`])
      const format = options && options.format !== undefined ? options.format : 'string'
      if (format === 'json') return parse(value)
      if (format === 'bytes') return toBuffer(encodeText(value, 'utf8'))
      if (format === 'string') return value
      throw new TypeError(`"${Text(format)}" is not a format`)
    },
    async exists(key) {
      return callHost('kvs.exists', [name, `${key}`])
    },
    async meta() {
      return callHost('kvs.meta', [name])
    },
    async count() {
      return callHost('kvs.meta', [name]).keyCount
    },
  }
}

function delegate(operation) {
  return (...args) => callHost(operation, args)
}

const cwt = {
  validateToken: delegate('cwt.validateToken'),
  generateToken: delegate('cwt.generateToken'),
}
const cloudfront = {
  kvs: openStore,
  updateRequestOrigin: delegate('updateRequestOrigin'),
  selectRequestOriginById: delegate('selectRequestOriginById'),
  createRequestOriginGroup: delegate('createRequestOriginGroup'),
  logCustomData: delegate('logCustomData'),
  cwt,
}
defineProperty(cloudfront, 'edgeLocation', {
  get: () => callHost('edgeLocation', []),
  enumerable: true,
  configurable: true,
})
if (isV2) modules.cloudfront = cloudfront
