import { expect, test } from 'vitest'
import { symbol } from '../../../src/engine/onnx/dim.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import { Session } from '../../../src/engine/onnx/session.ts'

const mebibyte = 2 ** 20

function residentAtMostBytes(): number {
  return process.resourceUsage().maxRSS * 2 ** 10
}

test('a second run of a size holds no more memory than the first', async () => {
  const side = 4096
  const g = newGraph('products')
  const x = g.input('x', 'F32', [side, 1])
  // 64 MiB between two small values.
  const table = g.silu(g.mul(x, g.transpose(x, [1, 0])))
  g.output('y', g.op('MatMul', [table, x], [side, 1]))
  const session = await Session.open('products', g.build())
  const inputs = { x: { data: new Float32Array(side).fill(0.5), shape: [side, 1] } }

  await session.run(inputs, 'y')
  const first = residentAtMostBytes()
  await session.run(inputs, 'y')
  await session.run(inputs, 'y')

  expect(residentAtMostBytes() - first).toBeLessThan(16 * mebibyte)
  await session.close()
})

test('a session on a CPU knows no symbolic shape of an input, which its planner would compare with every buffer', async () => {
  const g = newGraph('sum')
  const shape = [symbol('batch'), 4]
  g.output('y', g.add(g.input('x', 'F32', shape), g.input('z', 'F32', shape)))
  g.output('half', g.input('fixed', 'F32', [2]))
  const session = await Session.open('sum', g.build())
  expect(session.inputs).toEqual(
    new Map([
      ['x', []],
      ['z', []],
      ['fixed', [2]],
    ]),
  )
  await session.close()
})
