/** Collects the findings on a request: all reasons for refusal, and all changes to report. */
import { isDeepStrictEqual } from 'node:util'
import type { Bounds } from '../../common/bounds.ts'
import { type Problem, type ProblemCode, type ProblemDetails, problem } from '../problems.ts'

export class Findings {
  readonly problems: Problem[] = []
  readonly notices: Problem[] = []

  refuse<Code extends ProblemCode>(code: Code, details: ProblemDetails[Code]): void {
    this.add(problem(code, details))
  }

  /** Each reason once, even if several jobs of a request have it. */
  add(found: Problem): void {
    if (!this.problems.some(known => isDeepStrictEqual(known, found))) this.problems.push(found)
  }

  notice<Code extends ProblemCode>(code: Code, details: ProblemDetails[Code]): void {
    this.notices.push(problem(code, details))
  }

  /** Refuses a value outside its range; `name` is the flag's. */
  inRange(name: string, value: number, { min, max }: Bounds): void {
    // The comparison is written so that NaN is outside.
    if (!(value >= min && value <= max)) this.refuse('out-of-range', { name, value, min, max })
  }

  /** As `inRange`, and refuses fractions too. */
  wholeInRange(name: string, value: number, { min, max }: Bounds): void {
    if (Number.isInteger(value)) this.inRange(name, value, { min, max })
    else this.refuse('out-of-range', { name, value, min, max })
  }
}
