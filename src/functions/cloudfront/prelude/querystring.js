// The module querystring. (Developer Guide, 'JavaScript runtime 2.0 features')
const encodePart = encodeURIComponent
const decodePart = decodeURIComponent
const replaceText = uncurry(String.prototype.replace)

/** Bytes that are not valid UTF-8 become U+FFFD. */
function unescape(text) {
  const source = `${text}`
  if (indexOfText(source, '%') < 0) return source
  try {
    return decodePart(source)
  } catch (error) {
    void error
  }
  const bytes = encodeText(source, 'utf8')
  const output = new Bytes(bytes.length)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 37 ? hexDigit(bytes[i + 1]) : -1
    const low = high < 0 ? -1 : hexDigit(bytes[i + 2])
    if (low < 0) output[length++] = bytes[i]
    else {
      output[length++] = high * 16 + low
      i += 2
    }
  }
  return length === 0 ? '' : decodeBytes(new Bytes(output.buffer, 0, length), 'utf8')
}

function hexDigit(code) {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 65 && code <= 70) return code - 55
  return code >= 97 && code <= 102 ? code - 87 : -1
}

function escape(text) {
  const source = typeof text === 'string' ? text : `${text}`
  return encodePart(source)
}

function parseQuery(text, separator, equals, options) {
  const output = {}
  if (typeof text !== 'string' || text === '') return output
  const eq = equals ? `${equals}` : '='
  const custom =
    options && typeof options.decodeURIComponent === 'function' ? options.decodeURIComponent : undefined
  const isPlain = custom === undefined && indexOfText(text, '%') < 0 && indexOfText(text, '+') < 0
  const decode = (part) => (custom || unescape)(replaceText(part, /\+/g, '%20'))
  const maxKeys = options && options.maxKeys !== undefined ? Number(options.maxKeys) : 1000
  const parts = splitText(text, separator ? `${separator}` : '&')
  const count = maxKeys > 0 && maxKeys < parts.length ? maxKeys : parts.length
  for (let i = 0; i < count; i++) {
    const part = parts[i]
    if (part === '') continue
    const at = indexOfText(part, eq)
    const name = at < 0 ? part : sliceText(part, 0, at)
    const value = at < 0 ? '' : sliceText(part, at + eq.length)
    if (isPlain) addValue(output, name, value)
    else addValue(output, decode(name), value === '' ? '' : decode(value))
  }
  return output
}

function addValue(output, name, value) {
  if (has(output, name)) {
    if (isArray(output[name])) push(output[name], value)
    else output[name] = [output[name], value]
  } else if (name in output) {
    defineProperty(output, name, { value, writable: true, enumerable: true, configurable: true })
  } else output[name] = value
}

function stringifyQuery(object, separator, equals, options) {
  if (typeof object !== 'object' || object === null) return ''
  const sep = separator ? `${separator}` : '&'
  const eq = equals ? `${equals}` : '='
  const encode =
    options && typeof options.encodeURIComponent === 'function' ? options.encodeURIComponent : escape
  let output = ''
  const add = (name, value) => {
    output += `${output === '' ? '' : sep}${name}${eq}${encode(textOf(value))}`
  }
  const names = keys(object)
  for (let i = 0; i < names.length; i++) {
    const value = object[names[i]]
    const name = encode(names[i])
    if (!isArray(value)) add(name, value)
    else for (let j = 0; j < value.length; j++) add(name, value[j])
  }
  return output
}

function textOf(value) {
  if (typeof value === 'string') return value
  return typeof value === 'boolean' || (typeof value === 'number' && value - value === 0) ? `${value}` : ''
}

modules.querystring = {
  parse: parseQuery,
  decode: parseQuery,
  stringify: stringifyQuery,
  encode: stringifyQuery,
  escape,
  unescape,
}
