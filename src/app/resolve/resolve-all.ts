/** Resolves the requests of one submission together: to their orders, or to all problems of all of them. */
import type { PaintOrder } from '../../engine/work-order.ts'
import { checkLoras } from '../checks/check-loras.ts'
import type { Problem } from '../problems.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Catalogue } from '../views/catalogue.ts'
import { Findings } from '../views/findings.ts'
import { type ResolveContext, resolve } from './resolve.ts'

/** `notices`: those of the first order, and those on the LoRAs of all. */
export interface ResolvedRequests {
  orders: PaintOrder[]
  notices: Problem[]
}

/** The orders of the requests without problems, in order. The problems of the others are added to the findings. */
export async function resolveAll(
  requests: readonly ImagineRequest[],
  contextOf: () => ResolveContext,
  catalogue: Catalogue,
  findings: Findings,
): Promise<ResolvedRequests> {
  const resolved = requests.map(request => resolve(request, contextOf()))
  for (const outcome of resolved) {
    if (outcome.kind === 'refused') for (const problem of outcome.problems) findings.add(problem)
  }
  const orders = resolved.flatMap(outcome => (outcome.kind === 'order' ? [outcome.order] : []))
  const loras = new Findings()
  await checkLoras(orders, catalogue, loras)
  for (const problem of loras.problems) findings.add(problem)
  const [first] = resolved
  return { orders, notices: [...(first?.kind === 'order' ? first.notices : []), ...loras.notices] }
}
