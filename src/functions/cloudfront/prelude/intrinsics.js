// The built-ins that the prelude itself needs, kept before a function can change them.
const { parse, stringify } = JSON
const { create, defineProperty, getOwnPropertyNames, getPrototypeOf, keys, setPrototypeOf } = Object
const { isArray } = Array
const { deleteProperty } = Reflect
const NativePromise = Promise
const Bytes = Uint8Array
const View = DataView
const RawBuffer = ArrayBuffer
const Text = String
const Failure = Error
const { call: uncurried } = Function.prototype
const uncurry = (fn) => uncurried.bind(fn)
const then = uncurry(Promise.prototype.then)
const has = uncurry(Object.prototype.hasOwnProperty)
const indexOfText = uncurry(String.prototype.indexOf)
const sliceText = uncurry(String.prototype.slice)
const splitText = uncurry(String.prototype.split)
const charCode = uncurry(String.prototype.charCodeAt)
const isWellFormed = uncurry(String.prototype.isWellFormed)
const { fromCharCode } = String
const { imul, trunc } = Math
const push = uncurry(Array.prototype.push)
const setBytes = uncurry(Uint8Array.prototype.set)

/** A built-in: not enumerable, replaceable. */
function define(target, name, value) {
  defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true })
}

/** Built-ins under their own names, which are not constructors. */
function defineAll(target, methods) {
  for (const name of keys(methods)) define(target, name, methods[name])
}
