/** Networks of other shapes than SDXL's own: any config that is accepted builds, runs at many sizes, and tells rows apart. */
import { describe, expect, test } from 'vitest'
import { buildClip, clipInput } from '../../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import { unetInputs } from '../../../src/engine/networks/open/open-unet.ts'
import { residualSpecs, residualTensors } from '../../../src/engine/networks/residuals.ts'
import { buildUNet, unetNames } from '../../../src/engine/networks/unet.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeFactor, vaeNames } from '../../../src/engine/networks/vae.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import unet from '../../fixtures/configs/base-unet.json' with { type: 'json' }
import clip from '../../fixtures/configs/clip-l.json' with { type: 'json' }
import vae from '../../fixtures/configs/vae.json' with { type: 'json' }
import { randomWeights } from '../../helpers/models/made-weights.ts'

async function opened<Result>(model: OnnxModel, use: (session: Session) => Promise<Result>): Promise<Result> {
  const session = await Session.open('test', model)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** Within rounding, which kernels of another batch may do in another order. */
function expectSame(ours: Float32Array, theirs: Float32Array): void {
  expect(ours.length).toBe(theirs.length)
  const furthest = ours.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? Number.NaN))),
    0,
  )
  expect(furthest).toBeLessThan(1e-4)
}

const small = {
  cross_attention_dim: 24,
  addition_time_embed_dim: 8,
  projection_class_embeddings_input_dim: 16 + 6 * 8,
  norm_num_groups: 4,
}
const down = 'DownBlock2D'
const crossDown = 'CrossAttnDownBlock2D'
const up = 'UpBlock2D'
const crossUp = 'CrossAttnUpBlock2D'

describe('A U-Net', () => {
  test.each<[string, object]>([
    [
      'of two levels, with attention in the finest',
      {
        block_out_channels: [16, 24],
        down_block_types: [crossDown, crossDown],
        up_block_types: [crossUp, crossUp],
        attention_head_dim: [2, 3],
        transformer_layers_per_block: [1, 2],
      },
    ],
    [
      'of four levels with another number of layers each',
      {
        block_out_channels: [8, 16, 16, 24],
        down_block_types: [down, crossDown, crossDown, down],
        up_block_types: [up, crossUp, crossUp, up],
        layers_per_block: [1, 3, 2, 1],
        attention_head_dim: [1, 2, 4, 6],
        transformer_layers_per_block: [1, 2, 1, 3],
      },
    ],
    [
      'with one number for all levels',
      {
        block_out_channels: [8, 16, 32],
        down_block_types: [down, crossDown, crossDown],
        up_block_types: [crossUp, crossUp, up],
        layers_per_block: 1,
        attention_head_dim: 4,
        transformer_layers_per_block: 2,
      },
    ],
    [
      'that goes up without the attention that it went down with',
      {
        block_out_channels: [8, 16],
        down_block_types: [down, crossDown],
        up_block_types: [up, up],
        attention_head_dim: 2,
        transformer_layers_per_block: 1,
      },
    ],
  ])('%s', async (_, changes) => {
    const config = parseConfig('unet', { ...unet, ...small, ...changes }, unetConfigSchema)
    const weights = await randomWeights(source => buildUNet(config, source, 6))
    await opened(buildUNet(config, weights, 6), async session => {
      for (const [height, width, words] of [
        [8, 24, 77],
        [13, 5, 5],
      ] as const) {
        const random = new TorchRandom(height * width)
        const rows = [0, 1, 2].map(() => ({
          sample: random.randn(4 * height * width),
          context: random.randn(words * small.cross_attention_dim),
          pooled: random.randn(16),
          timeIds: random.randn(6).map(value => 100 * Math.abs(value)),
        }))
        const call = (chosen: typeof rows) =>
          session.run(
            {
              ...unetInputs(
                {
                  sample: joined(chosen.map(row => row.sample)),
                  context: joined(chosen.map(row => row.context)),
                  pooled: joined(chosen.map(row => row.pooled)),
                  timeIds: joined(chosen.map(row => row.timeIds)),
                  batch: chosen.length,
                  heightLatent: height,
                  widthLatent: width,
                  timestep: 321,
                  tokens: words,
                },
                4,
              ),
              ...residualTensors(residualSpecs(config)),
            },
            unetNames.output,
          )
        const together = await call(rows)
        expect(together.every(Number.isFinite)).toBe(true)
        const alone = await Promise.all(rows.map(row => call([row])))
        expectSame(together, joined(alone))
        expect(alone[0]).not.toEqual(alone[1])
      }
    })
  })
})

describe('A VAE', () => {
  test.each([
    ['of one level', [8], 1],
    ['that halves twice', [8, 16, 16], 3],
    ['that halves four times', [4, 8, 8, 16, 16], 1],
  ])('%s', async (_, channels, layers) => {
    const config = parseConfig(
      'vae',
      {
        ...vae,
        block_out_channels: channels,
        layers_per_block: layers,
        norm_num_groups: 4,
        down_block_types: channels.map(() => 'DownEncoderBlock2D'),
        up_block_types: channels.map(() => 'UpDecoderBlock2D'),
      },
      vaeConfigSchema,
    )
    const factor = vaeFactor(config)
    expect(factor).toBe(2 ** (channels.length - 1))
    const [height, width] = [2, 3]
    const random = new TorchRandom(1)
    const decoder = await randomWeights(source => buildVaeDecoder(config, source))
    const decoded = await opened(buildVaeDecoder(config, decoder), session =>
      session.run(
        { [vaeNames.input]: { data: random.randn(4 * height * width), shape: [1, 4, height, width] } },
        vaeNames.output,
      ),
    )
    expect(decoded).toHaveLength(3 * height * width * factor ** 2)
    expect(decoded.every(Number.isFinite)).toBe(true)
    const encoder = await randomWeights(source => buildVaeEncoder(config, source))
    const shape = [1, 3, height * factor, width * factor]
    const moments = await opened(buildVaeEncoder(config, encoder), session =>
      session.run({ [vaeNames.input]: { data: decoded, shape } }, vaeNames.output),
    )
    expect(moments).toHaveLength(8 * height * width)
    expect(moments.every(Number.isFinite)).toBe(true)
  })
})

describe('A text encoder', () => {
  test.each([
    [
      'of one layer',
      { num_hidden_layers: 1, hidden_size: 12, num_attention_heads: 3, intermediate_size: 20 },
    ],
    ['of five', { num_hidden_layers: 5, hidden_size: 16, num_attention_heads: 1, intermediate_size: 64 }],
  ])('%s looks only back: what follows a word changes nothing before it', async (_, changes) => {
    const config = parseConfig('clip', { ...clip, ...changes, vocab_size: 50 }, clipConfigSchema)
    const weights = await randomWeights(source => buildClip(config, source))
    await opened(buildClip(config, weights), async session => {
      const ids = Int32Array.from({ length: 77 }, (_, i) => (i * 7) % 49)
      const other = ids.map((id, i) => (i < 40 ? id : 49 - id))
      const name = `hidden_states.${changes.num_hidden_layers}`
      const [one = new Float32Array(), two = new Float32Array()] = await Promise.all(
        [ids, other].map(data => session.run(clipInput(data, config), name)),
      )
      const kept = 40 * changes.hidden_size
      expect(one).toHaveLength(77 * changes.hidden_size)
      expectSame(one.subarray(0, kept), two.subarray(0, kept))
      expect(one.subarray(kept)).not.toEqual(two.subarray(kept))
    })
  })
})

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap(part => [...part]))
}
