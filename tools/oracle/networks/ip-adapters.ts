/** ip-adapter/ of part two: the image encoder, what becomes of a picture, and end to end. */
import { join } from 'node:path'
import { z } from 'zod'
import {
  type OpenImageEncoder,
  type OpenIpAdapter,
  openIpAdapter,
} from '../../../src/engine/networks/open/open-ip-adapter.ts'
import {
  clipPixels,
  evenScales,
  imageTokens,
} from '../../../src/engine/pipeline/conditioning/image-prompt.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import { type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'
import { readPicture } from '../pictures.ts'

/** Of the README's table. */
const insideLimit = 4e-5

const numberingSchema = z.object({ numbering: z.record(z.string(), z.string()) })

/** One for all, or per block: `{ up: { block_0: [0, 1, 0.5] } }`, 0 where none is named. */
const scaleSchema = z.union([z.number(), z.record(z.string(), z.record(z.string(), z.array(z.number())))])
const groupSchema = z.object({ file: z.string(), scale: scaleSchema })
type Scale = z.infer<typeof scaleSchema>

export const ipAdapters: Checker = {
  name: 'ip-adapter',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'ip-adapter')
    if (!group) return []
    return [
      { name: 'ip-adapter/numbering', run: () => checkNumbering(oracle) },
      ...['ip-adapter', 'ip-adapter-plus'].map(file => ({
        name: `ip-adapter/inside.${file}`,
        run: () => checkInside(oracle, file),
      })),
      ...group.cases.map(one => endToEnd(oracle, group, one)),
    ]
  },
}

async function checkNumbering(oracle: OracleFolder): Promise<Check[]> {
  const { numbering } = await oracle.json(numberingSchema, 'ip-adapter', 'e2e', 'cases.json')
  const { crossAttentions } = (await oracle.open('base')).networks.unet
  const differing = Object.entries(numbering).filter(
    ([number, path]) => crossAttentions[(Number(number) - 1) / 2] !== path,
  )
  return [
    compare('numbers that differ', [differing.length], [0], 0),
    compare('cross-attentions', [crossAttentions.length], [Object.keys(numbering).length], 0),
  ]
}

async function checkInside(oracle: OracleFolder, file: string): Promise<Check[]> {
  const golden = await oracle.tensors('ip-adapter', 'inside.safetensors')
  const open = await openAdapter(oracle, file)
  const { encoder, projection } = open
  const pixels = await referencePixels(oracle, encoder)
  const seen = await encoder.encode(pixels)
  const blank = await encoder.encode(new Float32Array(pixels.length))
  const tokens = await imageTokens(encoder, projection, pixels)
  await open.close()
  return [
    compare('pixel_values', pixels, golden.floats('pixel_values'), 1e-6),
    compare('image_embeds', seen.embeds, golden.floats('image_embeds'), insideLimit),
    compare('hidden_states_-2', seen.hidden, golden.floats('hidden_states_-2'), insideLimit),
    compare('of zeros', blank.hidden, golden.floats('hidden_states_-2_of_zero_pixels'), insideLimit),
    compare('tokens', tokens.positive, golden.floats(`${file}.image_tokens`), insideLimit),
    compare('negative tokens', tokens.negative, golden.floats(`${file}.image_tokens_negative`), insideLimit),
  ]
}

function endToEnd(oracle: OracleFolder, group: PartTwoGroup, one: PartTwoCase): OracleCase {
  return {
    name: `ip-adapter/e2e/${one.name}`,
    run: async () => {
      const { file, scale } = groupSchema.parse(one)
      const model = await oracle.open('base')
      const { unet } = model.networks
      const open = await openAdapter(oracle, file)
      const { adapter, encoder, projection } = open
      const tokens = await imageTokens(encoder, projection, await referencePixels(oracle, encoder))
      await open.close()
      const scales =
        typeof scale === 'number' ? evenScales(unet, scale) : unet.crossAttentions.map(blockScale(scale))
      const plan = await group.plan(one, { model, imagePrompts: [{ adapter, scales, ...tokens }] })
      return group.check(one, plan)
    },
  }
}

/** `up_blocks.0.attentions.1.…` is the second number of `up.block_0`. */
function blockScale(scale: Exclude<Scale, number>): (path: string) => number {
  return path => {
    const [, part = '', block, attention] = /^(down|up)_blocks\.(\d+)\.attentions\.(\d+)/.exec(path) ?? []
    return scale[part]?.[`block_${block}`]?.[Number(attention)] ?? 0
  }
}

async function referencePixels(oracle: OracleFolder, encoder: OpenImageEncoder): Promise<Float32Array> {
  const picture = await readPicture(oracle.path('ip-adapter', 'reference.png'))
  return clipPixels(picture, encoder.config.sidePx)
}

export async function openAdapter(oracle: OracleFolder, name: string): Promise<OpenIpAdapter> {
  const { unet } = (await oracle.open('base')).networks
  const file = join(await oracle.built('ip-adapter/'), 'ip-adapter', `${name}.safetensors`)
  const weights = { layout: 'file', file, prefix: '', naming: 'diffusers' } as const
  const folder = oracle.path('ip-adapter', 'image_encoder')
  const encoder = {
    weights: { layout: 'folder', folder } as const,
    config: await oracle.json(
      z.record(z.string(), z.unknown()),
      'ip-adapter',
      'image_encoder',
      'config.json',
    ),
    configFile: join(folder, 'config.json'),
    hash: '',
  }
  return openIpAdapter({ hash: name, weights, encoder }, unet, oracle.target)
}
