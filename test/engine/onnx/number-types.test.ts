/** Promises of graphs in other types: what they take and give is converted exactly where the type can say it. */
import { expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/onnx/graph.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import type { Value } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import type { DType } from '../../../src/engine/weights/dtype.ts'
import { halfToNumber, numberToHalf } from '../../../src/engine/weights/number-types.ts'

/** A graph that gives back what it is given, both in that type. */
async function echo(dtype: DType, data: Float32Array | Int32Array): Promise<number[]> {
  const g: Graph = newGraph('echo')
  const x: Value = g.input('x', dtype, [data.length])
  g.output('y', x)
  const session = await Session.open('echo', g.build())
  expect(session.inputs.get('x')).toEqual([data.length])
  const y = await session.run({ x: { data, shape: [data.length] } }, 'y')
  await session.close()
  return [...y]
}

test.each<[DType, Float32Array | Int32Array, number[]]>([
  ['F32', Int32Array.of(1, -2), [1, -2]],
  ['F32', Float32Array.of(0.1), [Math.fround(0.1)]],
  [
    'F16',
    Float32Array.of(0.5, -65504, 1e9, 2 ** -24, 0),
    [0.5, -65504, Number.POSITIVE_INFINITY, 2 ** -24, 0],
  ],
  ['I32', Float32Array.of(901.7), [901]],
  ['I64', Float32Array.of(901.7), [901]],
  ['I64', Int32Array.of(49407, -1), [49407, -1]],
])('%s from %o', async (dtype, data, expected) => {
  expect(await echo(dtype, data)).toEqual(expected)
})

test('every float16 survives, and what lies between two goes to the nearer, ties to even', () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    expect(numberToHalf(halfToNumber(bits))).toBe(bits)
    expect(numberToHalf(halfToNumber(bits | 0x8000))).toBe(bits | 0x8000)
    const [low, high] = [halfToNumber(bits), halfToNumber(bits + 1)]
    const middle = (low + high) / 2
    if (Number.isFinite(high)) expect(numberToHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1)
  }
  expect(numberToHalf(65_519)).toBe(0x7bff)
  expect(numberToHalf(65_520)).toBe(0x7c00)
  expect(Number.isNaN(halfToNumber(numberToHalf(Number.NaN)))).toBe(true)
})
