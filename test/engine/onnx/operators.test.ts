/** Operators compute what their names say. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { halve, symbol } from '../../../src/engine/onnx/dim.ts'
import type { Graph } from '../../../src/engine/onnx/graph.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import type { Value } from '../../../src/engine/onnx/model.ts'
import { Session, type Tensor } from '../../../src/engine/onnx/session.ts'
import { readSafetensors, type StoredTensor } from '../../../src/engine/weights/safetensors.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const batch = symbol('batch')
const height = symbol('height')
const width = symbol('width')

describe('Operators compute what their names say', () => {
  test('attention, causal or not', async () => {
    // One head of width 1: scores are q·k, so with q = 0 every key that may be seen weighs the same.
    const inputs = (count: number) => ({
      q: { data: new Float32Array(count), shape: [1, count, 1] },
      v: { data: Float32Array.from({ length: count }, (_, i) => i), shape: [1, count, 1] },
    })
    const write = (isCausal: boolean) => (g: Graph) => {
      const q = g.input('q', 'F32', [batch, width, 1])
      const v = g.input('v', 'F32', [batch, width, 1])
      return g.attention(q, v, v, 1, isCausal)
    }
    expect(await run(write(true), inputs(3))).toEqual([0, 0.5, 1])
    expect(await run(write(false), inputs(3))).toEqual([1, 1, 1])
  })

  test('the first maximum and the row at it', async () => {
    const ids = { data: Int32Array.of(1, 9, 9, 0, 7, 2, 0, 0), shape: [2, 4] }
    const states = { data: Float32Array.from({ length: 16 }, (_, i) => i), shape: [2, 4, 2] }
    const pick = (scores: (g: Graph, ids: Value) => Value) => (g: Graph) => {
      const x = g.input('states', 'F32', [batch, 4, 2])
      return g.pickRows(x, g.firstMaximum(scores(g, g.input('ids', 'I32', [batch, 4]))))
    }
    expect(
      await run(
        pick((_, x) => x),
        { ids, states },
      ),
    ).toEqual([2, 3, 8, 9])
    // By id: the first 0 is at place 3 in the first row, at 2 in the second.
    expect(
      await run(
        pick((g, x) => g.equals(x, 0)),
        { ids, states },
      ),
    ).toEqual([6, 7, 12, 13])
  })

  test('upsampling and the two halves', async () => {
    const x = { data: Float32Array.of(1, 2), shape: [1, 1, 1, 2] }
    const write = (g: Graph) => {
      const [left, right] = g.halves(g.upsample(g.input('x', 'F32', [batch, 1, height, 2])))
      return g.add(left, g.mul(right, g.floats([10])))
    }
    expect(await run(write, { x })).toEqual([21, 21, 21, 21])
  })

  test('upsampling to sides that are odd leaves the last row and column out', async () => {
    const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [1, 1, 2, 3] }
    const write = (g: Graph) => {
      const like = g.input('like', 'F32', [batch, 1, height, width])
      const halves = [height, width].map(side => halve(side) ?? 0)
      return g.upsampleLike(g.input('x', 'F32', [batch, 1, ...halves]), like)
    }
    const to = (rows: number, columns: number) =>
      run(write, { x, like: { data: new Float32Array(rows * columns), shape: [1, 1, rows, columns] } })
    expect(await to(4, 6)).toEqual(
      [
        [1, 1, 2, 2, 3, 3],
        [1, 1, 2, 2, 3, 3],
        [4, 4, 5, 5, 6, 6],
        [4, 4, 5, 5, 6, 6],
      ].flat(),
    )
    expect(await to(3, 5)).toEqual(
      [
        [1, 1, 2, 2, 3],
        [1, 1, 2, 2, 3],
        [4, 4, 5, 5, 6],
      ].flat(),
    )
  })

  test('group norm against its definition', async () => {
    const file = join(tempFolder(), 'w.safetensors')
    writeSafetensors(file, {
      scale: { dtype: 'F32', shape: [4], bytes: floats(1, 2, 3, 4) },
      bias: { dtype: 'F32', shape: [4], bytes: floats(0, 0.5, 1, -1) },
    })
    const [scale, bias] = [await tensorOf(file, 'scale'), await tensorOf(file, 'bias')]
    const data = Float32Array.of(1, 2, 3, 6, -1, 0, 4, 5)
    const parts = { scale, bias, groups: 2, epsilon: 1e-5 }
    const ours = await run(g => g.groupNorm(g.input('x', 'F32', [batch, 4, width]), parts), {
      x: { data, shape: [1, 4, 2] },
    })
    const expected = [data.slice(0, 4), data.slice(4)].flatMap(group => {
      const mean = group.reduce((sum, value) => sum + value, 0) / 4
      const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4
      return [...group].map(value => (value - mean) / Math.sqrt(variance + 1e-5))
    })
    const affine = expected.map(
      (value, i) => value * Math.floor(i / 2 + 1) + ([0, 0.5, 1, -1][Math.floor(i / 2)] ?? 0),
    )
    expect(Math.max(...ours.map((value, i) => Math.abs(value - (affine[i] ?? Number.NaN))))).toBeLessThan(
      1e-5,
    )
  })
})

async function run(write: (g: Graph) => Value, inputs: Readonly<Record<string, Tensor>>): Promise<number[]> {
  const g = newGraph('test')
  g.output('y', write(g))
  const session = await Session.open('test', g.build())
  try {
    return [...(await session.run(inputs, 'y'))]
  } finally {
    await session.close()
  }
}

async function tensorOf(file: string, name: string): Promise<StoredTensor> {
  const tensor = (await readSafetensors(file)).get(name)
  if (!tensor) throw new Error(`no ${name}`)
  return tensor
}
