/** LoHa (Hyeon-Woo et al. 2022, FedPara): ΔW = (w1_a · w1_b) ∘ (w2_a · w2_b); convolutions also in Tucker form. */
import type { Factors, Family, LoraRole, MatrixShape } from '../family.ts'
import { columnsOf, factor, flat, hadamard, type Matrix, product, transposed, tucker } from '../matrix.ts'

export const loha: Family = {
  name: 'LoHa',
  changes: 'weight',
  needed: [
    ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'],
    ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'],
  ],
  extentOf(s) {
    const first = halfExtent(s.hada_w1_a, s.hada_w1_b, s.hada_t1)
    const second = halfExtent(s.hada_w2_a, s.hada_w2_b, s.hada_t2)
    return first?.join() === second?.join() ? first : undefined
  },
  rankOf: ({ hada_w1_b: [rank] = [] }) => rank,
  delta: factors =>
    hadamard(
      half(factors, 'hada_w1_a', 'hada_w1_b', 'hada_t1'),
      half(factors, 'hada_w2_a', 'hada_w2_b', 'hada_t2'),
    ),
}

/** a: [out, r], b: [r, in · kernel]; with a core [r, r, …kernel], a is [r, out] and b [r, in]. */
function halfExtent(
  a: MatrixShape = [],
  b: MatrixShape = [],
  core?: MatrixShape,
): [number, number] | undefined {
  const [rank = 0] = b
  if (rank < 1 || a.length !== 2) return undefined
  const [rows = 0, columns = 0] = a
  if (!core) return columns === rank ? [rows, columnsOf(b)] : undefined
  return core[0] === rows && core[1] === rank ? [columns, columnsOf(b) * columnsOf(core.slice(1))] : undefined
}

function half(factors: Factors, a: LoraRole, b: LoraRole, core: LoraRole): Matrix {
  const [left, right] = [flat(factor(factors, a)), flat(factor(factors, b))]
  const between = factors[core]
  return between ? tucker(transposed(left), between, right) : product(left, right)
}
