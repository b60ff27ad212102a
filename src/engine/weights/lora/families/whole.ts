/** Full differences: of a weight or a bias (LyCORIS' "full"), and of a norm's two vectors. */
import type { Family, LoraRole } from '../family.ts'
import { columnsOf, factor, flat } from '../matrix.ts'

function whole(name: string, changes: Family['changes'], role: LoraRole): Family {
  return {
    name,
    changes,
    needed: [[role]],
    extentOf: ({ [role]: shape = [] }) => [shape[0] ?? 0, columnsOf(shape)],
    rankOf: () => undefined,
    delta: factors => flat(factor(factors, role)),
  }
}

export const wholeDifferences: readonly Family[] = [
  whole('full', 'weight', 'diff'),
  whole('full', 'bias', 'diff_b'),
  whole('norm', 'weight', 'w_norm'),
  whole('norm', 'bias', 'b_norm'),
]
