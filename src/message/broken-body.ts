// Why a body broke off, in the words of the log.
import type { DetailedResultType } from '../model/result-types.ts'

/** The error of a body whose origin failed after the response's head. ('Standard logging reference') */
export class BrokenBodyError extends Error {
  readonly detailedResultType: DetailedResultType

  constructor(message: string, detailedResultType: DetailedResultType, cause: unknown) {
    super(message, { cause })
    this.name = 'BrokenBodyError'
    this.detailedResultType = detailedResultType
  }
}
