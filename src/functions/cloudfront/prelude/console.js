// console.log: one argument, one line.
const consoleObject = create(null)
setPrototypeOf(consoleObject, Object.prototype)
define(consoleObject, 'log', (value) => {
  hostLog(showForLog(value))
})
define(globalThis, 'console', consoleObject)

function showForLog(value) {
  if (typeof value === 'string') return isSafe(value) ? `s${value}` : `j${stringify(value)}`
  if (typeof value === 'object' && value !== null && !(value instanceof Failure)) {
    try {
      const text = stringify(value)
      if (typeof text === 'string') return isSafe(text) ? `s${text}` : `j${stringify(text)}`
    } catch (error) {
      void error
    }
  }
  return `j${stringify(typeof value === 'symbol' ? value.toString() : `${value}`)}`
}

function isSafe(text) {
  return indexOfText(text, '\0') < 0
}
