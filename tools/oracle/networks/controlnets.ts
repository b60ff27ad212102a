/** controlnet/ of part two: what ControlNets add inside the U-Net, and end to end. */
import { join } from 'node:path'
import { z } from 'zod'
import { floatsFromPicture } from '../../../src/engine/image/picture.ts'
import { controlNetInFile } from '../../../src/engine/models/control-files.ts'
import { controlNetConfigSchema } from '../../../src/engine/networks/configs/controlnet-config.ts'
import { buildControlNet, controlNetNames } from '../../../src/engine/networks/controlnet.ts'
import { bytesPerValue } from '../../../src/engine/networks/memory/working-memory.ts'
import type { ControlNet } from '../../../src/engine/networks/networks.ts'
import { OpenControlNet, openControlNet } from '../../../src/engine/networks/open/open-controlnet.ts'
import { unetInputs } from '../../../src/engine/networks/open/open-unet.ts'
import { residualSpecs } from '../../../src/engine/networks/residuals.ts'
import type { Expose } from '../../../src/engine/onnx/graph-builder.ts'
import { variantFor } from '../../../src/engine/onnx/graph-variants.ts'
import { residentSession } from '../../../src/engine/onnx/memory/residency.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { type Control, guessScales } from '../../../src/engine/pipeline/denoising/control.ts'
import { readConfigFile } from '../../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../../src/engine/weights/layouts/diffusers-folder.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import { inputSource, type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'
import { readPicture } from '../pictures.ts'
import { unetInputOf } from './networks.ts'

const insideSchema = z.object({
  inside: z.record(
    z.string(),
    z.object({
      timestep: z.number(),
      conditioning_scale: z.number(),
      guess_mode: z.boolean(),
      allow: z.number(),
    }),
  ),
})
type Inside = z.infer<typeof insideSchema>['inside'][string]

/** The keys that only this group's cases have. */
const several = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)])
const groupSchema = z.object({
  pipeline: z.string(),
  controlnet: several(z.string()),
  note: z.string(),
  args: z.looseObject({
    controlnet_conditioning_scale: several(z.number()),
    control_guidance_start: several(z.number()).default(0),
    control_guidance_end: several(z.number()).default(1),
    guess_mode: z.boolean().default(false),
    image: z.unknown().optional(),
    control_image: z.unknown().optional(),
  }),
})

export const controlNets: Checker = {
  name: 'controlnet',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'controlnet')
    if (!group) return []
    const { inside } = await oracle.json(insideSchema, 'controlnet', 'e2e', 'cases.json')
    return [
      ...Object.entries(inside).map(([name, one]) => ({
        name: `controlnet/${name}`,
        run: () => checkInside(oracle, name, one),
      })),
      { name: 'controlnet/net-a-original', run: () => checkOriginal(oracle) },
      ...group.cases.map(one => endToEnd(oracle, group, one)),
    ]
  },
}

/** The residuals of net a, and what the U-Net makes of them. */
async function checkInside(oracle: OracleFolder, name: string, one: Inside): Promise<Check[]> {
  const golden = await oracle.tensors('controlnet', `${name}.safetensors`)
  const { unet } = (await oracle.open('base')).networks
  const input = unetInputOf(golden, one.timestep)
  const { config, graph } = await planNet(oracle, 'a', unet.timeIdCount, [embeddingPath])
  const specs = residualSpecs(config)
  const count = specs.length
  const picture = { data: golden.floats('controlnet_cond'), shape: golden.get('controlnet_cond').shape }
  const scales = one.guess_mode
    ? guessScales(count, one.conditioning_scale)
    : Array<number>(count).fill(one.conditioning_scale)
  const inputs = {
    ...unetInputs(input, unet.inChannels),
    // Unlike a pipeline's, this picture differs from row to row.
    [controlNetNames.picture]: picture,
    [controlNetNames.scales]: { data: Float32Array.from(scales), shape: [count] },
  }
  const session = await Session.open('controlnet', graph, oracle.target)
  const names = graph.outputs.map(output => output.name)
  const ours = await session.runAll(inputs, names)
  await session.close()
  const residuals = specs.map(({ name }) => ({
    data: ours.get(name) ?? new Float32Array(),
    shape: golden.get(name).shape,
  }))
  const output = await unet.predict({ ...input, residuals })
  return [
    compare('cond_embedding', ours.get(embeddingPath) ?? [], golden.floats('cond_embedding'), one.allow),
    ...specs.map(({ name }) => compare(name, ours.get(name) ?? [], golden.floats(name), one.allow)),
    compare('U-Net output', output, golden.floats('unet_output_with_residuals'), one.allow),
  ]
}

const embeddingPath = 'controlnet_cond_embedding'

/** The file with the original names is net-a: its configuration is inferred, and it adds the same to the last bit. */
async function checkOriginal(oracle: OracleFolder): Promise<Check[]> {
  const file = join(await oracle.built('controlnet/'), 'controlnet', 'net-a-original.safetensors')
  const { unet } = (await oracle.open('base')).networks
  const part = controlNetInFile(file, await readSafetensorsHeader(file), '')
  const nets = [await openControlNet(part, unet, oracle.target), await openNet(oracle, 'a')]
  const golden = await oracle.tensors('controlnet', 'inside_9x13_t401.safetensors')
  const picture = golden.floats('controlnet_cond').slice(0, 3 * 72 * 104)
  const [ours = [], folders = []] = await Promise.all(
    nets.map(net =>
      net.residuals(unetInputOf(golden, 401), picture, Array<number>(net.residualSpecs.length).fill(1)),
    ),
  )
  for (const net of nets) await net.close()
  return folders.map(({ data }, i) => compare(`residual ${i}`, ours[i]?.data ?? [], data, 0))
}

function endToEnd(oracle: OracleFolder, group: PartTwoGroup, one: PartTwoCase): OracleCase {
  return {
    name: `controlnet/e2e/${one.name}`,
    run: async () => {
      const { pipeline, controlnet, args, note } = groupSchema.parse(one)
      const kind = kindOf(pipeline)
      const pictures = note.match(/\w+\.png/g) ?? (await picturesOf(group, note))
      // What is painted over, and for inpainting the mask, are named before the control pictures.
      const own = { txt2img: 0, img2img: 1, inpaint: 2 }[kind]
      const controlPictures = pictures.slice(own)
      const { image, control_image, controlnet_conditioning_scale, guess_mode, ...others } = args
      const { control_guidance_start, control_guidance_end, ...plainArgs } = others
      const nets = await Promise.all([controlnet].flat().map(letter => openNet(oracle, letter)))
      const controls = await Promise.all(
        nets.map(async (net, i): Promise<Control> => {
          const picture = await readPicture(oracle.path('inputs', controlPictures[i] ?? ''))
          return {
            net,
            picture: floatsFromPicture(picture).map(value => value / 2 + 0.5),
            scale: [controlnet_conditioning_scale].flat()[i] ?? Number.NaN,
            start: [control_guidance_start].flat()[i] ?? [control_guidance_start].flat()[0] ?? 0,
            end: [control_guidance_end].flat()[i] ?? [control_guidance_end].flat()[0] ?? 1,
            guess: guess_mode,
          }
        }),
      )
      const model = await oracle.open('base')
      const [picture = '', mask] = pictures.slice(0, own)
      const source = kind === 'txt2img' ? undefined : await inputSource(oracle, picture, mask)
      const plain = { ...one, args: plainArgs, pipeline: kind }
      try {
        return await group.check(one, await group.plan(plain, { model, source, controls }))
      } finally {
        for (const net of nets) await net.close()
      }
    },
  }
}

function kindOf(pipeline: string): 'txt2img' | 'img2img' | 'inpaint' {
  if (/Inpaint/.test(pipeline)) return 'inpaint'
  return /Img2Img/.test(pipeline) ? 'img2img' : 'txt2img'
}

/** `as two_nets`: the note of another case. */
async function picturesOf(group: PartTwoGroup, note: string): Promise<string[]> {
  const other = group.cases.find(({ name }) => note === `as ${name}`)
  return other?.note?.match(/\w+\.png/g) ?? []
}

async function openNet(oracle: OracleFolder, letter: string): Promise<ControlNet> {
  const { timeIdCount } = (await oracle.open('base')).networks.unet
  const { config, graph } = await planNet(oracle, letter, timeIdCount)
  const session = residentSession('controlnet', letter, graph, oracle.target)
  return new OpenControlNet(config, session, bytesPerValue(oracle.target))
}

async function planNet(oracle: OracleFolder, letter: string, timeIdCount: number, expose: Expose = []) {
  const folder = `net-${letter}`
  const configFile = oracle.path('controlnet', folder, 'config.json')
  const config = await readConfigFile(configFile, controlNetConfigSchema)
  const weights = await openDiffusersFolder(join(await oracle.built('controlnet/'), 'controlnet', folder))
  return {
    config,
    graph: buildControlNet(config, weights, timeIdCount, { expose, variant: variantFor(oracle.target) }),
  }
}
