// Problems a user can fix: coded, with the place and the next step.

const CODES = {
  PF_USAGE: 2,
  PF_CONFIG: 2,
  PF_CERTIFICATE: 2,
  PF_INVALIDATION: 2,
  PF_PORT_IN_USE: 1,
  PF_LISTEN: 1,
  PF_ADMIN: 1,
  PF_NODE_VERSION: 1,
} as const

/** The codes of {@link PocketfrontError}; their numbers are the exit codes of the CLI. */
export type ErrorCode = keyof typeof CODES

/** A problem the user can fix. The message says what is wrong, the hint what to do next. */
export class PocketfrontError extends Error {
  readonly code: ErrorCode
  /** The message without the hint. */
  readonly problem: string
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, hint: string | null = null) {
    super(hint === null ? message : `${message}\n  ${hint}`)
    this.name = 'PocketfrontError'
    this.code = code
    this.problem = message
    this.hint = hint
  }

  /** The exit code of the CLI for this problem: 1 failed, 2 bad usage or configuration. */
  get exitCode(): number {
    return CODES[this.code]
  }
}
