import { expect, test } from 'vitest'
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
