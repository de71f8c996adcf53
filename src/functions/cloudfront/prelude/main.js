// One run: top-level code, handler, and the result or the error as text for the host.
let settled = 'P'

/** `program` runs the top-level code and returns the handler, as far as there is one. Without it: what became of the run. */
function main(program, eventText, rawQueryString) {
  if (program === undefined) return settled
  try {
    const event = parse(eventText)
    if (isV2 && event !== null && typeof event === 'object' && event.request) {
      define(event.request, 'rawQueryString', () => rawQueryString)
    }
    const handler = program()
    if (typeof handler !== 'function') return 'N'
    const output = handler(event)
    if (!isV2 || !(output instanceof NativePromise)) return show(output)
    then(
      output,
      (value) => {
        settled = show(value)
      },
      (error) => {
        settled = describe(error)
      },
    )
    return settled
  } catch (error) {
    return describe(error)
  }
}

function show(output) {
  try {
    const text = stringify(output)
    return text === undefined ? 'U' : `V${text}`
  } catch (error) {
    return describe(error)
  }
}

function describe(error) {
  try {
    if (typeof error === 'object' && error !== null) {
      const { name, message, stack } = error
      return `E${stringify({ name: `${name}`, message: `${message}`, stack: typeof stack === 'string' ? stack : '' })}`
    }
    return `E${stringify({ name: '', message: typeof error === 'symbol' ? error.toString() : `${error}`, stack: '' })}`
  } catch {
    return 'E{"name":"","message":"The function threw a value that has no text.","stack":""}'
  }
}
