// What the runtime does not have is taken away. (Developer Guide, 'JavaScript runtime 1.0 features', '2.0 features')
function keepOnly(target, names) {
  const kept = create(null)
  for (const name of splitText(names, ' ')) kept[name] = true
  for (const name of getOwnPropertyNames(target)) {
    if (!kept[name] && !deleteProperty(target, name)) throw new Error(`${name} stays`)
  }
}

function both(names, onlyV2) {
  return isV2 && onlyV2 !== '' ? `${names} ${onlyV2}` : names
}

const FUNCTION_NAMES = 'length name prototype'
const TYPED_ARRAYS =
  'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array'

keepOnly(
  Object,
  both(
    `${FUNCTION_NAMES} create defineProperty defineProperties freeze getOwnPropertyDescriptor getOwnPropertyNames getPrototypeOf isExtensible isFrozen isSealed keys preventExtensions seal assign is entries values setPrototypeOf`,
    'getOwnPropertyDescriptors',
  ),
)
keepOnly(
  Object.prototype,
  'constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf __proto__',
)
keepOnly(String, both(`${FUNCTION_NAMES} fromCharCode fromCodePoint`, '') + (isV2 ? '' : ' bytesFrom'))
keepOnly(
  String.prototype,
  both(
    'length constructor charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace search slice split startsWith substr substring toLowerCase toUpperCase trim trimEnd trimStart toString valueOf',
    'replaceAll',
  ) + (isV2 ? '' : ' fromBytes fromUTF8 toBytes toUTF8'),
)
keepOnly(
  Number,
  `${FUNCTION_NAMES} EPSILON MAX_SAFE_INTEGER MIN_SAFE_INTEGER MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger parseFloat parseInt`,
)
keepOnly(Number.prototype, 'constructor toExponential toFixed toPrecision toString valueOf')
keepOnly(Boolean.prototype, 'constructor toString valueOf')
keepOnly(
  Math,
  'E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max min pow random round sign sin sinh sqrt tan tanh trunc',
)
keepOnly(Date, `${FUNCTION_NAMES} UTC now parse`)
for (const name of [
  'toLocaleDateString',
  'toLocaleString',
  'toLocaleTimeString',
  'toGMTString',
  'getYear',
  'setYear',
]) {
  delete Date.prototype[name]
}
keepOnly(Function.prototype, 'length name constructor apply bind call toString')
keepOnly(Array, both(`${FUNCTION_NAMES} isArray of`, 'from'))
keepOnly(
  Array.prototype,
  'length constructor concat copyWithin every fill filter find findIndex forEach includes indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice unshift toString',
)
const TypedArray = getPrototypeOf(Uint8Array)
keepOnly(TypedArray, both(FUNCTION_NAMES, 'from of'))
keepOnly(
  TypedArray.prototype,
  both(
    'constructor buffer byteLength byteOffset length copyWithin fill join set slice subarray toString',
    'every filter find findIndex forEach includes indexOf lastIndexOf map reduce reduceRight reverse some sort',
  ),
)
for (const name of splitText(TYPED_ARRAYS, ' ')) {
  keepOnly(globalThis[name], `${FUNCTION_NAMES} BYTES_PER_ELEMENT`)
  keepOnly(globalThis[name].prototype, 'constructor BYTES_PER_ELEMENT')
}
keepOnly(ArrayBuffer, `${FUNCTION_NAMES} isView`)
keepOnly(ArrayBuffer.prototype, 'constructor byteLength slice')
for (const name of getOwnPropertyNames(DataView.prototype)) {
  if (indexOfText(name, 'Big') > 0 || indexOfText(name, 'Float16') > 0) delete DataView.prototype[name]
}
keepOnly(Promise, both(`${FUNCTION_NAMES} resolve reject`, 'all allSettled any race'))
if (!isV2) for (const name of ['for', 'keyFor']) delete Symbol[name]
keepOnly(
  RegExp.prototype,
  // The built-in replace and split read flags and sticky, so they stay in 1.0 too.
  'constructor exec test toString global ignoreCase multiline source sticky flags',
)
keepOnly(RegExp, FUNCTION_NAMES)
keepOnly(Error, `${FUNCTION_NAMES} stackTraceLimit`)
keepOnly(
  globalThis,
  both(
    `Object Function Array String Number Boolean Symbol Date RegExp Math JSON Promise ArrayBuffer DataView ${TYPED_ARRAYS} Error EvalError InternalError MemoryError RangeError ReferenceError SyntaxError TypeError URIError AggregateError globalThis decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt NaN Infinity undefined require console eval`,
    'atob btoa Buffer TextEncoder TextDecoder global',
  ),
)

function forbidden() {
  throw new TypeError('function constructor is disabled in "safe" mode')
}

/** The constructors of functions can be reached from every function; they all refuse. */
function NoFunction() {
  forbidden()
}
defineProperty(NoFunction, 'name', { value: 'Function', configurable: true })
defineProperty(NoFunction, 'length', { value: 1, configurable: true })
defineProperty(NoFunction, 'prototype', { value: Function.prototype, writable: false })
for (const sample of [() => {}, async () => {}, function* () {}, async function* () {}]) {
  defineProperty(getPrototypeOf(sample), 'constructor', {
    value: NoFunction,
    writable: true,
    configurable: true,
  })
}
define(globalThis, 'Function', NoFunction)
define(globalThis, 'eval', function eval_() {
  throw new InternalError('Not implemented')
})
if (isV2) define(globalThis, 'global', globalThis)
else {
  class MemoryError extends Failure {}
  define(globalThis, 'MemoryError', MemoryError)
  delete globalThis.DataView
  delete globalThis.AggregateError
}
