// Math.random: seeded with the run's time stamp. (Developer Guide, 'JavaScript runtime 2.0 features')
const now = Date.now
let seed = 0
let isSeeded = false

/** Mulberry32: small, and good enough to spread visitors. */
function random() {
  if (!isSeeded) {
    isSeeded = true
    const time = now()
    seed = (time ^ (time / 4294967296)) | 0
  }
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}
define(Math, 'random', random)
