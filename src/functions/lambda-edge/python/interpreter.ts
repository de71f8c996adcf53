// Which Python interpreter runs functions.
import { join } from 'node:path'

/** What --python names, else the virtual environment that is active, else python3 on PATH. */
export function selectPython(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  if (option !== undefined) return option
  const { VIRTUAL_ENV } = env
  const isWindows = platform === 'win32'
  if (VIRTUAL_ENV !== undefined && VIRTUAL_ENV !== '') {
    return isWindows ? join(VIRTUAL_ENV, 'Scripts', 'python.exe') : join(VIRTUAL_ENV, 'bin', 'python')
  }
  return isWindows ? 'python' : 'python3'
}
