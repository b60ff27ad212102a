/** parts/: the outputs of every module inside the U-Nets and the VAE, and the VAE both ways. */
import { join } from 'node:path'
import { z } from 'zod'
import { unetNames } from '../../../src/engine/networks/unet.ts'
import { vaeNames } from '../../../src/engine/networks/vae.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { compareHooks, hookPaths } from '../hooks.ts'
import type { Tensors } from '../tensors.ts'
import { runUNet, runVae } from './networks.ts'

/** Where floors.json lacks a case: the oracle's README, table of floors (already ten floors). */
const readmeLimits = { output: 3e-5, hook: 2e-4, moments: 3e-4, decoded: 4e-5 }

const floorsSchema = z.array(
  z.object({
    case: z.string(),
    floor_output_f32_vs_f64: z.number().optional(),
    floor_output_channels_last: z.number().optional(),
    floor_worst_hook: z.number().optional(),
    floor_moments: z.number().optional(),
    floor_decoded: z.number().optional(),
  }),
)
type Floors = z.infer<typeof floorsSchema>[number]

const unetSchema = z.object({ timestep: z.number(), model: z.string().optional() })

export const parts: Checker = {
  name: 'parts',
  async list(oracle) {
    const floors = oracle.has('parts', 'floors.json')
      ? await oracle.json(floorsSchema, 'parts', 'floors.json')
      : []
    // Tiled runs of the VAE are a pipeline's matter: vae-tiles.ts.
    const names = (await oracle.list('parts', '.safetensors')).filter(name => !name.startsWith('vae_tiled_'))
    return Promise.all(
      names.map(name =>
        partCase(
          oracle,
          name,
          floors.find(one => one.case === name),
        ),
      ),
    )
  },
}

async function partCase(oracle: OracleFolder, name: string, floors: Floors | undefined): Promise<OracleCase> {
  const golden = await oracle.tensors('parts', `${name}.safetensors`)
  const full = `parts/${name}`
  if (golden.has('encoder_hidden_states'))
    return { name: full, run: () => checkUNet(oracle, name, golden, floors) }
  if (golden.has('moments')) return { name: full, run: () => checkVae(oracle, golden, floors) }
  return { name: full, notYet: 'neither a U-Net nor a whole VAE' }
}

async function checkUNet(
  oracle: OracleFolder,
  name: string,
  golden: Tensors,
  floors: Floors | undefined,
): Promise<Check[]> {
  const { timestep, model } = await oracle.json(unetSchema, 'parts', `${name}.json`)
  const [batch = 0, timeIdCount = 0] = golden.get('time_ids').shape
  const input = (tensor: string) => ({ data: golden.floats(tensor), shape: golden.get(tensor).shape })
  const inputs = {
    [unetNames.sample]: input('sample'),
    [unetNames.timestep]: { data: new Float32Array(batch).fill(timestep), shape: [batch] },
    [unetNames.context]: input('encoder_hidden_states'),
    [unetNames.pooled]: input('text_embeds'),
    [unetNames.timeIds]: input('time_ids'),
  }
  // Six numbers describe a Base's picture, five (with a score) a Refiner's.
  const folder = join(await oracle.model(model ?? (timeIdCount === 5 ? 'refiner' : 'base')), 'unet')
  const ours = await runUNet(folder, timeIdCount, inputs, hookPaths(golden))
  const outputFloor = floors?.floor_output_f32_vs_f64
  const outputLimit = outputFloor === undefined ? readmeLimits.output : 10 * outputFloor
  const hookLimit = hookLimitOf(floors)
  return [
    compare('output', ours.get(unetNames.output) ?? [], golden.get('output').data, outputLimit),
    ...compareHooks(ours, golden, hookLimit),
    ...compareDerived(ours, golden, hookLimit),
  ]
}

async function checkVae(oracle: OracleFolder, golden: Tensors, floors: Floors | undefined): Promise<Check[]> {
  const folder = join(await oracle.model('base'), 'vae')
  const paths = hookPaths(golden)
  const isDecoders = (path: string) => /^(decoder|post_quant_conv)\b/.test(path)
  const input = (name: string) => ({
    [vaeNames.input]: { data: golden.floats(name), shape: golden.get(name).shape },
  })
  const encoded = await runVae(
    folder,
    'encoder',
    input('image'),
    paths.filter(path => !isDecoders(path)),
  )
  const decoded = await runVae(folder, 'decoder', input('latent'), paths.filter(isDecoders))
  const hookLimit = hookLimitOf(floors)
  return [
    compare(
      'moments',
      encoded.get(vaeNames.output) ?? [],
      golden.get('moments').data,
      floors?.floor_moments === undefined ? readmeLimits.moments : 10 * floors.floor_moments,
    ),
    compare(
      'decoded',
      decoded.get(vaeNames.output) ?? [],
      golden.get('decoded').data,
      floors?.floor_decoded === undefined ? readmeLimits.decoded : 10 * floors.floor_decoded,
    ),
    ...compareHooks(encoded, golden, hookLimit),
    ...compareHooks(decoded, golden, hookLimit),
  ]
}

function hookLimitOf(floors: Floors | undefined): number {
  return floors?.floor_worst_hook === undefined ? readmeLimits.hook : 10 * floors.floor_worst_hook
}

/** Two places between modules: SiLU after a resnet's norm1, and the time embedding added to its conv1. */
function compareDerived(ours: ReadonlyMap<string, Float32Array>, golden: Tensors, limit: number): Check[] {
  return golden.names.flatMap(name => {
    const [, resnet = '', place] = /^derived\.(.+)\.(silu_norm1|conv1_plus_time)$/.exec(name) ?? []
    const of = (part: string) => ours.get(`${resnet}.${part}`) ?? new Float32Array()
    if (place === 'silu_norm1') {
      const silu = of('norm1').map(x => x / (1 + Math.exp(-x)))
      return [compare(name, silu, golden.get(name).data, limit)]
    }
    if (place === 'conv1_plus_time') {
      const conv1 = of('conv1')
      const time = of('time_emb_proj')
      const plane = conv1.length / time.length
      const sum = conv1.map((x, i) => x + (time[Math.floor(i / plane)] ?? Number.NaN))
      return [compare(name, sum, golden.get(name).data, limit)]
    }
    return []
  })
}
