/** rng/: our standard normal numbers against torch's. */
import { z } from 'zod'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { Tensors } from '../tensors.ts'

/** The logarithms and cosines of two maths libraries; the oracle's README, table of floors. */
const limit = 2e-6

const seed = z.number()
const shape = z.array(z.number())
const drawn = z.object({ first16: z.array(z.number()), last16: z.array(z.number()), sum: z.number() })
const whole = drawn.extend({ seed, shape })
const consecutive = z.object({ seed, consecutive: z.array(shape), draws: z.array(drawn) })
const schema = z.object({
  cases: z.array(z.union([whole, consecutive])).default([]),
  mixed_sequence: z
    .object({ seed, draws: z.array(z.object({ n: z.number(), values: z.array(z.number()) })) })
    .optional(),
})

export const rng: Checker = {
  name: 'rng',
  async list(oracle) {
    if (!oracle.has('rng', 'randn.json')) return []
    const { cases, mixed_sequence: mixed } = await oracle.json(schema, 'rng', 'randn.json')
    const tensors = oracle.has('rng', 'randn.safetensors')
      ? await oracle.tensors('rng', 'randn.safetensors')
      : undefined
    const listed = cases.map(one => ('shape' in one ? wholeCase(one, tensors) : consecutiveCase(one)))
    if (mixed) listed.push(mixedCase(mixed))
    return listed
  },
}

function wholeCase(one: z.infer<typeof whole>, tensors: Tensors | undefined): OracleCase {
  const shapeName = one.shape.join('x')
  const golden = `seed${one.seed}.shape_${shapeName}`
  return {
    name: `rng/seed ${one.seed} shape ${shapeName}`,
    run: async () => {
      const ours = new TorchRandom(one.seed).randn(size(one.shape))
      const checks = againstSummary(ours, one)
      if (tensors?.has(golden)) checks.push(compare('all values', ours, tensors.floats(golden), limit))
      return checks
    },
  }
}

function consecutiveCase(one: z.infer<typeof consecutive>): OracleCase {
  return {
    name: `rng/seed ${one.seed} draws ${one.consecutive.map(shape => shape.join('x')).join(', ')}`,
    run: async () => {
      const random = new TorchRandom(one.seed)
      return one.consecutive.flatMap((shape, i) => {
        const golden = one.draws[i]
        return golden ? againstSummary(random.randn(size(shape)), golden) : []
      })
    },
  }
}

function mixedCase(mixed: NonNullable<z.infer<typeof schema>['mixed_sequence']>): OracleCase {
  return {
    name: `rng/seed ${mixed.seed} mixed sequence`,
    run: async () => {
      const random = new TorchRandom(mixed.seed)
      return mixed.draws.map(({ n, values }) => compare(`draw of ${n}`, random.randn(n), values, limit))
    },
  }
}

function againstSummary(ours: Float32Array, golden: z.infer<typeof drawn>): Check[] {
  const sum = ours.reduce((total, value) => total + value, 0)
  return [
    compare('first 16', ours.slice(0, 16), golden.first16, limit),
    compare('last 16', ours.slice(-16), golden.last16, limit),
    // Rounding is random: a sum of n values is off by far less than n limits.
    compare('sum', [sum], [golden.sum], limit * Math.max(1, Math.sqrt(ours.length))),
  ]
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1)
}
