import { expect, test } from 'vitest'
import type { UNetInput } from '../../../../src/engine/networks/networks.ts'
import { TextProjectionCache } from '../../../../src/engine/networks/open/text-projection-cache.ts'
import { textProjectionName } from '../../../../src/engine/networks/text-projections.ts'
import { unetNames } from '../../../../src/engine/networks/unet.ts'

const [batch, contextWidth, width] = [2, 3, 5]
const path = 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k'
const earlier = textProjectionName(path)

function inputOf(
  tokens: number,
  context: Float32Array = new Float32Array(batch * tokens * contextWidth),
): UNetInput {
  const none = new Float32Array()
  const sizes = { batch, heightLatent: 1, widthLatent: 1, timestep: 1, tokens }
  return { ...sizes, context, sample: none, pooled: none, timeIds: none }
}

/** What a call with that input gives. */
const resultsOf = ({ tokens }: UNetInput) =>
  new Map([[path, new Float32Array(batch * tokens * width).fill(7)]])

const cacheOfOne = () => new TextProjectionCache([{ path, width }])

test('the first call of a prompt gets its text and no projection, and is asked for them', () => {
  const first = inputOf(77)
  const { inputs, outputs } = cacheOfOne().inputsFor(first)
  expect(inputs[unetNames.context]).toEqual({ data: first.context, shape: [batch, 77, contextWidth] })
  expect(inputs[earlier]?.shape).toEqual([batch, 0, width])
  expect(outputs).toEqual([path])
})

test('the next call of that prompt gets the projections and no text', () => {
  const cache = cacheOfOne()
  const first = inputOf(77)
  cache.keep(first, resultsOf(first))
  const view = new Float32Array(first.context.buffer, 0, first.context.length)
  const { inputs, outputs } = cache.inputsFor(inputOf(77, view))
  expect(inputs[unetNames.context]?.shape).toEqual([batch, 0, contextWidth])
  expect(inputs[earlier]).toEqual({ data: resultsOf(first).get(path), shape: [batch, 77, width] })
  expect(outputs).toEqual([])
})

test('another prompt of equal numbers is another prompt, and only the latest two are kept', () => {
  const cache = cacheOfOne()
  const prompts = [inputOf(77), inputOf(77), inputOf(77)]
  for (const prompt of prompts) {
    expect(cache.inputsFor(prompt).outputs).toEqual([path])
    cache.keep(prompt, resultsOf(prompt))
  }
  expect(prompts.map(prompt => cache.inputsFor(prompt).outputs)).toEqual([[path], [], []])
  cache.clear()
  expect(prompts.map(prompt => cache.inputsFor(prompt).outputs)).toEqual([[path], [path], [path]])
})

test('a prompt of more than two rows is projected at every step', () => {
  const cache = cacheOfOne()
  const long = inputOf(3 * 77)
  expect(cache.inputsFor(long).outputs).toEqual([])
  cache.keep(long, new Map())
  expect(cache.inputsFor(long).inputs[unetNames.context]?.shape).toEqual([batch, 3 * 77, contextWidth])
})
