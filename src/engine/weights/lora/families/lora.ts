/**
 * LoRA (Hu et al. 2021): ΔW = up · down. For convolutions (LoCon) the kernel is in `down` or in a core (Tucker). PEFT's `lora_bias`
 * gives up a bias, which is scaled like the product.
 */
import type { Family } from '../family.ts'
import { columnsOf, factor, flat, product, tucker } from '../matrix.ts'

export const lora: Family = {
  name: 'LoRA',
  changes: 'weight',
  needed: [['lora_up', 'lora_down']],
  optional: ['lora_mid'],
  /** up: [out, r, …1], down: [r, in, …kernel], or with a core [r, r, …kernel] between: down: [r, in, …1]. */
  extentOf({ lora_up: up = [], lora_down: down = [], lora_mid: core }) {
    const [out = 0] = up
    const [rank = 0] = down
    const outer = core?.[0] ?? rank
    if (rank < 1 || outer < 1 || columnsOf(up) !== outer) return undefined
    if (core && core[1] !== rank) return undefined
    return [out, columnsOf(down) * (core ? columnsOf(core.slice(1)) : 1)]
  },
  rankOf: ({ lora_down: [rank] = [] }) => rank,
  delta(factors) {
    const [up, down] = [flat(factor(factors, 'lora_up')), flat(factor(factors, 'lora_down'))]
    const core = factors.lora_mid
    return core ? tucker(up, core, down) : product(up, down)
  },
}

export const loraBias: Family = {
  name: 'LoRA',
  changes: 'bias',
  needed: [['lora_up_bias', 'lora_down']],
  optional: ['alpha'],
  extentOf: ({ lora_up_bias: shape = [] }) => [shape[0] ?? 0, columnsOf(shape)],
  rankOf: lora.rankOf,
  delta: factors => flat(factor(factors, 'lora_up_bias')),
}
