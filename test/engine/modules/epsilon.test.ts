/** Norms add the epsilon that the reference adds: golden activations vary far too much to tell. */
import { describe, expect, test } from 'vitest'
import { basicTransformerBlock } from '../../../src/engine/modules/attention/basic-transformer-block.ts'
import { spatialTransformer } from '../../../src/engine/modules/attention/spatial-transformer.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import { symbol } from '../../../src/engine/onnx/dim.ts'
import type { Graph } from '../../../src/engine/onnx/graph.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import type { Value } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { type WeightSource, type Weights, weightsOf } from '../../../src/engine/weights/source.ts'
import unet from '../../fixtures/configs/base-unet.json' with { type: 'json' }
import vae from '../../fixtures/configs/vae.json' with { type: 'json' }
import { madeWeights } from '../../helpers/models/made-weights.ts'

const [batch, tokens] = [symbol('batch'), symbol('tokens')]
const contextOf = (g: Graph) => ({ text: g.input('context', 'F32', [batch, tokens, 3]), imagePrompts: [] })

describe('The epsilon', () => {
  test('of a SpatialTransformer’s GroupNorm is 1e-6 for any config', async () => {
    const epsilon = await epsilonOf('norm', (g, w) => {
      const x = g.input('x', 'F32', [batch, 4, symbol('height'), symbol('width')])
      return spatialTransformer(g, w, x, contextOf(g), { depth: 1, heads: 1, groups: 1 })
    })
    expect(epsilon).toBeCloseTo(1e-6, 8)
  })

  test.each(['norm1', 'norm2', 'norm3'])('of a transformer block’s %s is 1e-5', async norm => {
    const epsilon = await epsilonOf(norm, (g, w) =>
      basicTransformerBlock(g, w, g.input('x', 'F32', [batch, 4, 4]), contextOf(g), 1),
    )
    expect(epsilon).toBeCloseTo(1e-5, 7)
  })

  test('of the U-Net’s other GroupNorms is the config’s 1e-5', () => {
    expect(parseConfig('unet', unet, unetConfigSchema).norm.epsilon).toBe(1e-5)
  })

  test('of the VAE’s is 1e-6', () => {
    expect(parseConfig('vae', vae, vaeConfigSchema).norm.epsilon).toBe(1e-6)
  })
})

/**
 * The epsilon of the norm at `path`, seen in what it makes of x = ±d: y = x / √(d² + ε), so ε = (x / y)² - d².
 * All weights but the norms' scales are 0, so every residual passes x on as it is.
 */
async function epsilonOf(path: string, write: (g: Graph, w: Weights) => Value): Promise<number> {
  const deviation = 1e-3
  const build = (source: WeightSource) => {
    const g = newGraph('test', { expose: [path] })
    write(g, weightsOf(source))
    return g.build()
  }
  const source = await madeWeights(build, name => (/norm\d?\.weight$/.test(name) ? 1 : 0))
  const session = await Session.open('test', build(source))
  const isPicture = path === 'norm'
  const x = {
    data: Float32Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? deviation : -deviation)),
    shape: isPicture ? [1, 4, 2, 2] : [1, 4, 4],
  }
  const [y = Number.NaN] = await session.run(
    { x, context: { data: new Float32Array(3), shape: [1, 1, 3] } },
    path,
  )
  await session.close()
  return (deviation / y) ** 2 - deviation ** 2
}
