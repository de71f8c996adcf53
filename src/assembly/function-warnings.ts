// What CloudFront's parser refuses in a function, as warnings beside those of the configuration.
import type { ConfigIssue } from '../config/issues.ts'
import type { FunctionProblem } from '../functions/cloudfront/set.ts'

/** A deployment accepts such code, and the function fails when it runs. ('Restrictions on CloudFront Functions') */
export function toDialectWarnings(problems: readonly FunctionProblem[]): ConfigIssue[] {
  return problems.map(({ definition, problem, isServed }) => ({
    severity: 'warning',
    file: definition.file ?? `FunctionCode of ${definition.Name}`,
    line: problem.line,
    column: problem.column,
    path: '',
    code: 'FunctionExecutionError',
    message: `${problem.message}; ${problem.explanation}`,
    hint: isServed ? null : 'the code before stays in use',
  }))
}
