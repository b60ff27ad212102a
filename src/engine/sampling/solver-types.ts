/** The values of `solver_type` in diffusers' scheduler classes. */
import { z } from 'zod'

/**
 * The solver types of a class: its own, the first of which replaces those of other classes. Files made for other classes
 * contain them, and the class replaces them in the same way.
 */
export const solverTypes = {
  dpm: solverType(['midpoint', 'heun'], ['logrho', 'bh1', 'bh2']),
  dpmSinglestep: solverType(['midpoint'], ['logrho', 'bh1', 'bh2']),
  uniPc: solverType(['bh2', 'bh1'], ['midpoint', 'heun', 'logrho']),
  deis: solverType(['logrho'], ['midpoint', 'heun', 'bh1', 'bh2']),
}

function solverType(own: readonly [string, ...string[]], foreign: readonly string[]) {
  return z.enum([...own, ...foreign]).transform(type => (own.includes(type) ? type : own[0]))
}
