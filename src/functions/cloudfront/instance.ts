// One CloudFront Function while it is in use: its engine, made when first needed and ended when nobody needs it.
import type { CffInvocation, CffResult, CffRunner } from './contract.ts'
import type { DialectProblem } from './dialect.ts'
import { createCffRunner } from './runner.ts'
import type { CloudFrontFunction } from '../../model/functions.ts'

/** A function of the configuration, ready to be run. */
export class FunctionInstance {
  readonly definition: CloudFrontFunction
  #strictDialect: boolean
  #runner: CffRunner | null = null
  #running = 0
  #isRetired = false

  constructor(definition: CloudFrontFunction, strictDialect: boolean) {
    this.definition = definition
    this.#strictDialect = strictDialect
  }

  /** What CloudFront's parser would not take. */
  get problems(): readonly DialectProblem[] {
    return this.#open().problems
  }

  /** Why none of its runs can succeed, or null. */
  get refusal(): DialectProblem | null {
    return this.#open().refusal
  }

  /** Never rejects. */
  async run(invocation: CffInvocation): Promise<CffResult> {
    const runner = this.#open()
    this.#running++
    try {
      return await runner.run(invocation)
    } finally {
      this.#running--
      this.#closeIfIdle()
    }
  }

  /** For a function that the configuration no longer has: late callers are served, nothing is kept for them. */
  retire(): void {
    this.#isRetired = true
    this.#closeIfIdle()
  }

  #open(): CffRunner {
    const { Name: name, FunctionCode: code, file, Runtime: runtime } = this.definition
    this.#runner ??= createCffRunner({ name, code, file, runtime }, { strictDialect: this.#strictDialect })
    return this.#runner
  }

  #closeIfIdle(): void {
    if (!this.#isRetired || this.#running > 0) return
    this.#runner?.dispose()
    this.#runner = null
  }
}
