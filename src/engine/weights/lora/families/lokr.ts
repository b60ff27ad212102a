/** LoKr (Yeh et al. 2023, LyCORIS): ΔW = w1 ⊗ w2, each full or a product; w2 of a convolution also in Tucker form. */
import type { Factors, Family, LoraRole, MatrixShape, Shapes } from '../family.ts'
import {
  columnsOf,
  elements,
  factor,
  flat,
  kronecker,
  type Matrix,
  product,
  transposed,
  tucker,
} from '../matrix.ts'

const firsts: readonly LoraRole[][] = [['lokr_w1'], ['lokr_w1_a', 'lokr_w1_b']]
const seconds: readonly LoraRole[][] = [
  ['lokr_w2'],
  ['lokr_t2', 'lokr_w2_a', 'lokr_w2_b'],
  ['lokr_w2_a', 'lokr_w2_b'],
]

export const lokr: Family = {
  name: 'LoKr',
  changes: 'weight',
  needed: firsts.flatMap(first => seconds.map(second => [...first, ...second])),
  extentOf(shapes) {
    const first = extent(shapes.lokr_w1, shapes.lokr_w1_a, shapes.lokr_w1_b)
    const second = shapes.lokr_t2
      ? tuckerExtent(shapes)
      : extent(shapes.lokr_w2, shapes.lokr_w2_a, shapes.lokr_w2_b)
    return first && second ? [first[0] * second[0], first[1] * second[1]] : undefined
  },
  /** With two full factors there is no rank, and alpha has no effect. */
  rankOf: shapes => shapes.lokr_w2_b?.[0] ?? shapes.lokr_w1_b?.[0],
  delta(factors, shape) {
    const first = whole(factors, 'lokr_w1', 'lokr_w1_a', 'lokr_w1_b')
    return kronecker(first, second(factors), elements(shape.slice(2)))
  },
}

function second(factors: Factors): Matrix {
  const core = factors.lokr_t2
  if (!core) return whole(factors, 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b')
  return tucker(transposed(flat(factor(factors, 'lokr_w2_a'))), core, flat(factor(factors, 'lokr_w2_b')))
}

function whole(factors: Factors, all: LoraRole, a: LoraRole, b: LoraRole): Matrix {
  const one = factors[all]
  return one ? flat(one) : product(flat(factor(factors, a)), flat(factor(factors, b)))
}

function extent(
  all: MatrixShape | undefined,
  a: MatrixShape = [],
  b: MatrixShape = [],
): [number, number] | undefined {
  if (all) return all.length < 2 ? undefined : [all[0] ?? 0, columnsOf(all)]
  const [rank = 0] = b
  return rank >= 1 && columnsOf(a) === rank ? [a[0] ?? 0, columnsOf(b)] : undefined
}

/** w2_a: [r, out], t2: [r, r, …kernel], w2_b: [r, in]. */
function tuckerExtent({ lokr_t2: core = [], lokr_w2_a: a = [], lokr_w2_b: b = [] }: Shapes) {
  const fits = a.length === 2 && core[0] === a[0] && core[1] === b[0] && elements(core.slice(0, 2)) > 0
  return fits ? ([a[1] ?? 0, columnsOf(b) * columnsOf(core.slice(1))] as const) : undefined
}
