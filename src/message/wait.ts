// Real time that passes, for as long as somebody waits.
import type { CancelToken } from './clock.ts'

/** Resolves after so many milliseconds, or at once when nobody waits any more. */
export function wait(milliseconds: number, token: CancelToken): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    token.onCancel(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
