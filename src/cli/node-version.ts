// The Node.js floor, checked before anything else is imported.

const FLOOR = [22, 19] as const

/** Ends the process with code 1 and one sentence when this Node.js is older than `engines` in package.json asks. */
export function requireNodeVersion(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return
  process.stderr.write(
    `pocketfront needs Node.js ${FLOOR.join('.')} or newer, this is ${process.versions.node} (${process.execPath}). ` +
      'Run it through npm (npm ci && npm start), which brings Node.js 26 along, or install a newer one.\n',
  )
  process.exit(1)
}
