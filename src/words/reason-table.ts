/** Reasons as tables: the end of a sentence for each problem of a union. The type of a table makes it complete. */

/** The members of a union of problems that may have that `what`. */
type ProblemOf<Problem, What> = Problem extends { what: infer Known }
  ? What extends Known
    ? Problem
    : never
  : never

export type ReasonTable<Problem extends { what: string }> = {
  readonly [What in Problem['what']]: (problem: ProblemOf<Problem, What>) => string
}

/** `what`: that of the problem. */
export function reasonIn<Problems, What extends keyof Problems>(
  table: { readonly [Known in keyof Problems]: (problem: Problems[Known]) => string },
  what: What,
  problem: Problems[What],
): string {
  return table[what](problem)
}
