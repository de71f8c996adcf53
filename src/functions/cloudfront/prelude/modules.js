// require() and the modules there are.
const modules = create(null)

define(globalThis, 'require', function require(name) {
  const found = typeof name === 'string' ? modules[name] : undefined
  if (found === undefined) throw new Failure(`Cannot find module "${Text(name)}"`)
  return found
})
