/** Builds and runs graphs: shapes are checked, weights are read where they lie, modules can be exposed. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Dim, halve, symbol, times } from '../../../src/engine/onnx/dim.ts'
import type { Graph } from '../../../src/engine/onnx/graph.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import type { Value } from '../../../src/engine/onnx/model.ts'
import { requireResult, Session, type Tensor } from '../../../src/engine/onnx/session.ts'
import { readSafetensors, type StoredTensor } from '../../../src/engine/weights/safetensors.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const batch = symbol('batch')
const height = symbol('height')
const width = symbol('width')

describe('A graph with mismatched shapes is refused while it is built', () => {
  const x = (g: Graph) => g.input('x', 'F32', [batch, 8, height, width])
  const tokens = (g: Graph, channels = 8) => g.input('tokens', 'F32', [batch, times(height, width), channels])
  const refused: Record<string, [(g: Graph) => Value, string]> = {
    'a sum': [g => g.add(x(g), g.input('y', 'F32', [batch, 7, height, width])), 'Add at'],
    'a sum of different symbols': [
      g => g.add(x(g), g.input('y', 'F32', [batch, 8, width, height])),
      'Add at',
    ],
    'a matrix product': [g => g.linear(tokens(g), g.input('w', 'F32', [4, 9]), undefined), 'MatMul at'],
    'a convolution': [
      g => g.conv(x(g), stored('w', [4, 9, 3, 3]), g.input('b', 'F32', [4]), 1, [1, 1, 1, 1]),
      'Conv at',
    ],
    'a convolution of rows': [
      g => g.conv(tokens(g), stored('w', [4, 8, 3, 3]), g.input('b', 'F32', [4]), 1, [1, 1, 1, 1]),
      'Conv at',
    ],
    'an upsampling to sides that are not twice as long': [
      g => g.upsampleLike(x(g), g.input('y', 'F32', [batch, 8, height, width])),
      'Resize at',
    ],
    'a concatenation': [g => g.concat(1, x(g), g.input('y', 'F32', [batch, 8, height, height])), 'Concat at'],
    'a concatenation of unknown extents': [g => g.concat(2, x(g), x(g)), 'Concat at'],
    'a reshape that loses elements': [g => g.reshape(x(g), [batch, 8, height]), 'Reshape at'],
    'a reshape with two unknown extents': [g => g.reshape(x(g), [height, width, 8, batch]), 'Reshape at'],
    'a reshape like something larger': [g => g.reshapeLike(tokens(g, 4), x(g)), 'Reshape at'],
    'an axis that is not there': [g => g.transpose(tokens(g), [0, 2, 3]), 'Transpose at'],
    'heads that do not divide': [g => g.attention(tokens(g), tokens(g), tokens(g), 3), 'with 3 heads'],
    'keys of another width': [g => g.attention(tokens(g), tokens(g, 4), tokens(g, 4), 2), 'Attention at'],
    'a norm of another width': [
      g => g.layerNorm(tokens(g), g.input('s', 'F32', [4]), g.input('b', 'F32', [4]), 1e-5),
      'LayerNorm at',
    ],
    'groups that do not divide': [
      g => g.groupNorm(x(g), { scale: stored('s', [8]), bias: stored('b', [8]), groups: 3, epsilon: 1e-5 }),
      'in 3 groups',
    ],
  }
  test.each(Object.entries(refused))('%s', (_, [write, sentence]) => {
    const g = newGraph('test')
    const attempt = () => g.within('down_blocks.1.attentions.0', () => write(g))
    expect(attempt).toThrow(AppError)
    expect(attempt).toThrow(sentence)
    expect(attempt).toThrow('down_blocks.1.attentions.0')
  })

  test('the sentence shows the shapes as formulas', () => {
    const g = newGraph('test')
    const half = [batch, 8, halve(height) ?? 0, times(width, 2)]
    expect(() => g.add(x(g), g.input('y', 'F32', half))).toThrow(
      '[batch, 8, height, width] and [batch, 8, height/2, 2*width]',
    )
  })

  test('a product of halves is not the half of a product', () => {
    const half = (side: Dim) => halve(side) ?? 0
    const g = newGraph('test')
    const quarters = g.input('x', 'F32', [batch, half(half(height)), width])
    expect(() => g.reshape(quarters, [batch, times(half(height), half(width))])).toThrow('Reshape at')
    expect(halve(times(height, width))).toBeUndefined()
    expect(halve(times(height, 2))).toEqual(height)
    expect(halve(7)).toBe(4)
  })
})

describe('Weights are read where they lie', () => {
  const values = [1, -2, 0.5, 3]
  const encodings: Record<string, Uint8Array> = {
    F32: floats(...values),
    F64: new Uint8Array(Float64Array.from(values).buffer),
    F16: new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x4200).buffer),
    BF16: new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x3f00, 0x4040).buffer),
  }

  test.each(Object.entries(encodings))(
    'as %s, at any byte offset, computed in float32',
    async (dtype, bytes) => {
      for (const shift of [0, 1, 2, 3]) {
        const file = join(tempFolder(), 'w.safetensors')
        const padding = { dtype: 'U8', shape: [shift], bytes: new Uint8Array(shift) }
        writeSafetensors(file, { padding, w: { dtype, shape: [2, 2], bytes } })
        expect(await timesWeight(file)).toEqual([1 - 4, 0.5 + 6])
      }
    },
  )

  test('through symbolic links, and from several folders', async () => {
    const folder = tempFolder()
    const elsewhere = tempFolder()
    writeSafetensors(join(elsewhere, 'blob'), {
      w: { dtype: 'F32', shape: [2, 2], bytes: floats(...values) },
    })
    writeSafetensors(join(folder, 'b'), { b: { dtype: 'F32', shape: [2], bytes: floats(10, 20) } })
    symlinkSync(join(elsewhere, 'blob'), join(folder, 'model.safetensors'))

    const w = await tensorOf(join(folder, 'model.safetensors'), 'w')
    const b = await tensorOf(join(folder, 'b'), 'b')
    const ours = await compute(g => g.linear(g.input('x', 'F32', [batch, 2]), g.weight(w), g.weight(b)))
    expect(ours).toEqual([7, 26.5])
  })

  test('weights that are whole numbers are refused', async () => {
    const file = join(tempFolder(), 'w.safetensors')
    writeSafetensors(file, { w: { dtype: 'I32', shape: [2], bytes: floats(1, 2) } })
    const w = await tensorOf(file, 'w')
    expect(() => newGraph('test').weight(w)).toThrow(/"tensor":"w","dtype":"I32"/)
  })

  async function timesWeight(file: string): Promise<number[]> {
    const w = await tensorOf(file, 'w')
    return compute(g => g.linear(g.input('x', 'F32', [batch, 2]), g.weight(w), undefined))
  }

  /** x = [1, 2] through the graph. */
  async function compute(write: (g: Graph) => Value): Promise<number[]> {
    return run(write, { x: { data: Float32Array.of(1, 2), shape: [1, 2] } })
  }
})

describe('A module’s output can be exposed', () => {
  const write = (expose: readonly string[] | 'all') => {
    const g = newGraph('test', { expose })
    const x = g.input('x', 'F32', [batch, 2])
    const inner = g.within('outer', () =>
      g.add(
        g.within('outer.inner', () => g.mul(x, x)),
        x,
      ),
    )
    g.output('y', inner)
    return g.build()
  }

  test('by its path, beside the graph’s own outputs', async () => {
    const session = await Session.open('test', write('all'))
    const x = { data: Float32Array.of(3, 4), shape: [1, 2] }
    const results = await session.runAll({ x }, ['y', 'outer', 'outer.inner'])
    expect([...requireResult(results, 'outer.inner')]).toEqual([9, 16])
    expect([...requireResult(results, 'outer')]).toEqual([12, 20])
    expect([...requireResult(results, 'y')]).toEqual([12, 20])
    await session.close()
  })

  test('a path that no module has is refused', () => {
    expect(() => write(['outer.missing'])).toThrow('no module has the path "outer.missing"')
  })
})

test('A graph that the runtime refuses is an internal fault with the runtime’s reason', async () => {
  const g = newGraph('test')
  g.output('y', g.op('NoSuchOperator', [g.input('x', 'F32', [1])], [1]))
  await expect(Session.open('test', g.build())).rejects.toMatchObject({
    code: 'internal',
    details: { problem: expect.stringContaining('NoSuchOperator') },
  })
})

test('A weight file that has gone since is an internal fault that names it', async () => {
  const g = newGraph('test')
  g.output('y', g.weight(stored('w', [2])))
  await expect(Session.open('test', g.build())).rejects.toMatchObject({ code: 'internal' })
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

/** A tensor that nobody will read. */
function stored(name: string, shape: readonly number[]): StoredTensor {
  return { name, dtype: 'F32', shape, file: '/nowhere/w.safetensors', offset: 0, length: 0 }
}
