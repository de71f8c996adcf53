// The numbers of Buffer: read and write methods of fixed and of given width.
function checkRange(buffer, offset, width) {
  const at = integer(offset, 0)
  if (at < 0 || at + width > buffer.length) throw new RangeError('index out of bounds')
  return at
}

function checkWidth(width) {
  if (!(width >= 1 && width <= 6)) throw new RangeError('"byteLength" must be >= 1 and <= 6')
  return width
}

function viewOf(buffer) {
  return new View(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

/** read and write of the fixed widths: the DataView method, its width, and the suffixes by byte order. */
function defineAccessors(nodeName, name, width) {
  const read = uncurry(View.prototype[`get${name}`])
  const write = uncurry(View.prototype[`set${name}`])
  const orders = width === 1 ? [''] : ['LE', 'BE']
  for (let i = 0; i < orders.length; i++) {
    const little = orders[i] === 'LE'
    define(bufferProto, `read${nodeName}${orders[i]}`, function (offset) {
      return read(viewOf(this), checkRange(this, offset, width), little)
    })
    define(bufferProto, `write${nodeName}${orders[i]}`, function (value, offset) {
      const at = checkRange(this, offset, width)
      write(viewOf(this), at, value, little)
      return at + width
    })
  }
}

function readInteger(buffer, offset, width, little, signed) {
  const at = checkRange(buffer, offset, checkWidth(width))
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + buffer[at + (little ? width - 1 - i : i)]
  return signed && value >= 2 ** (8 * width - 1) ? value - 2 ** (8 * width) : value
}

function writeInteger(buffer, number, offset, width, little) {
  const at = checkRange(buffer, offset, checkWidth(width))
  let value = integer(number, 0)
  if (value < 0) value += 2 ** (8 * width)
  for (let i = 0; i < width; i++) {
    buffer[at + (little ? i : width - 1 - i)] = value % 256
    value = (value - (value % 256)) / 256
  }
  return at + width
}

function defineIntegers(order) {
  const little = order === 'LE'
  define(bufferProto, `readInt${order}`, function (offset, width) {
    return readInteger(this, offset, width, little, true)
  })
  define(bufferProto, `readUInt${order}`, function (offset, width) {
    return readInteger(this, offset, width, little, false)
  })
  const write = function (value, offset, width) {
    return writeInteger(this, value, offset, width, little)
  }
  define(bufferProto, `writeInt${order}`, write)
  define(bufferProto, `writeUInt${order}`, write)
}

const ACCESSORS = [
  ['Int8', 'Int8', 1],
  ['UInt8', 'Uint8', 1],
  ['Int16', 'Int16', 2],
  ['UInt16', 'Uint16', 2],
  ['Int32', 'Int32', 4],
  ['UInt32', 'Uint32', 4],
  ['Float', 'Float32', 4],
  ['Double', 'Float64', 8],
]
for (let i = 0; i < ACCESSORS.length; i++) defineAccessors(ACCESSORS[i][0], ACCESSORS[i][1], ACCESSORS[i][2])
defineIntegers('LE')
defineIntegers('BE')
