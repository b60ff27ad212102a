/** checkpoints/ of part two: single files of every kind, what their tensors say, what they paint, and what is refused. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Supplements } from '../../../src/engine/models/checkpoint/assemble.ts'
import { describeVaeFile } from '../../../src/engine/models/checkpoint/checkpoint-file.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { recognise } from '../../../src/engine/models/recognise/recognise.ts'
import type { ExpertParts } from '../../../src/engine/models/record.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import type { NetworkPart } from '../../../src/engine/networks/plan/parts.ts'
import { openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { type ModelSchedule, parseSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { openWeights } from '../../../src/engine/weights/layouts/location.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'
import { readTensor } from '../../../src/engine/weights/tensor-values.ts'
import { hasCode } from '../../../src/errors/errors.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import { inputSource, type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { PipelineRun } from '../end-to-end/run-pipeline.ts'
import type { OracleFolder } from '../folder.ts'
import { partsOfFile, partsOfFolder } from './open-models.ts'

const sums = z.object({
  shape: z.array(z.number()),
  sum: z.number(),
  abs_sum: z.number(),
  first8: z.array(z.number()),
})
type Sums = z.infer<typeof sums>

const factsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      stored: z.boolean().default(false),
      e2e: z.union([z.string(), z.array(z.string())]).optional(),
      family: z.string().optional(),
      unet_config: z.record(z.string(), z.unknown()).optional(),
      latents_mean: z.array(z.number()).optional(),
      latents_std: z.array(z.number()).optional(),
      vae_scaling_factor: z.number().optional(),
      tensors_unet: z.record(z.string(), sums).default({}),
      tensors_vae: z.record(z.string(), sums).default({}),
    }),
  ),
})
type Facts = z.infer<typeof factsSchema>['files'][string]

export const checkpoints: Checker = {
  name: 'checkpoints',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'checkpoints')
    if (!group) return []
    const { files } = await oracle.json(factsSchema, 'checkpoints', 'facts.json')
    const built = Object.entries(files).filter(([, { stored }]) => !stored)
    const refused = Object.entries(files).filter(([, { stored }]) => stored)
    return [
      ...built.map(([path, facts]) => ({ name: path, run: () => checkTensors(oracle, path, facts) })),
      ...refused.map(([path, facts]) => ({ name: path, run: () => checkRefusal(oracle, path, facts) })),
      ...group.cases.map(one => endToEnd(oracle, group, one, Object.fromEntries(built))),
    ]
  },
}

/** What the file holds gives the checksums in facts.json; where it equals tiny-base, every tensor of it is that one's. */
async function checkTensors(oracle: OracleFolder, path: string, facts: Facts): Promise<Check[]> {
  const file = join(await oracle.built('checkpoints/'), path)
  const base = await partsOfFolder(await oracle.model('base'))
  const parts = await partsOf(oracle, file)
  const checks: Check[] = []
  for (const [role, known] of [
    ['unet', facts.tensors_unet],
    ['vae', facts.tensors_vae],
  ] as const) {
    for (const [name, expected] of Object.entries(known)) {
      checks.push(compare(`${role} ${name}`, await sumsOf(parts[role], name, expected), flat(expected), 1e-9))
    }
  }
  checks.push(...checkConfig(parts, facts))
  // All but the U-Net are tiny-base's in every file.
  const { unet, ...others } = parts
  const isTinyBase = [facts.e2e].flat().some(name => name === undefined || /^(reference|v_)/.test(name))
  return [...checks, ...(await compareNetworks(isTinyBase ? parts : others, base.networks))]
}

/** What was inferred from names, shapes and markers is what facts.json says. */
function checkConfig({ unet, vae }: Networks, facts: Facts): Check[] {
  const same = (what: string, ours: unknown, known: unknown): Check[] =>
    known === undefined
      ? []
      : [{ what, error: JSON.stringify(ours) === JSON.stringify(known) ? 0 : 1, limit: 0 }]
  const levels = (config: unknown) => {
    const { levels, middleDepth } = parseConfig('facts.json', config, unetConfigSchema)
    return [levels, middleDepth]
  }
  return [
    ...(facts.unet_config ? same('configuration', levels(unet?.config), levels(facts.unet_config)) : []),
    ...same('mean of the latents', vae?.config.latents_mean, facts.latents_mean),
    ...same('deviation of the latents', vae?.config.latents_std, facts.latents_std),
    ...same('scaling of the latents', vae?.config.scaling_factor, facts.vae_scaling_factor),
  ]
}

async function sumsOf(part: NetworkPart | undefined, name: string, { shape }: Sums): Promise<number[]> {
  const tensor = part && (await openWeights(part.weights)).find(name, shape)
  if (!tensor) return []
  const values = await readTensor(tensor)
  const sum = values.reduce((total, value) => total + value, 0)
  const absolute = values.reduce((total, value) => total + Math.abs(value), 0)
  // Sums of thousands of values: to the last digits of float64 only relative to their size.
  return [sum / values.length, absolute / values.length, ...values.subarray(0, 8), ...tensor.shape]
}

function flat({ shape, sum, abs_sum, first8 }: Sums): number[] {
  const count = shape.reduce((product, size) => product * size, 1)
  return [sum / count, abs_sum / count, ...first8, ...shape]
}

type Networks = Partial<ExpertParts['networks']>

/** A checkpoint with what it lacks from tiny-base; a VAE alone as it is. */
async function partsOf(oracle: OracleFolder, file: string): Promise<Networks> {
  const header = await readSafetensorsHeader(file)
  if (recognise(header)?.kind === 'vae') {
    const vae = await describeVaeFile(file, header, { cache: memoryHashCache() })
    return vae ? { vae } : {}
  }
  return (await partsOfFile(file, await supplementsFor(oracle, file))).networks
}

/** What the file's name says that it lacks. */
async function supplementsFor(oracle: OracleFolder, file: string): Promise<Supplements> {
  const base = await partsOfFolder(await oracle.model('base'))
  const name = basename(file)
  return {
    ...(/^no-vae|^unet-only/.test(name) && { vae: base.networks.vae }),
    ...(/^no-text|^unet-only/.test(name) && { textEncoders: base }),
  }
}

/** Every tensor that the folder's network has, value by value. */
async function compareNetworks(ours: Networks, folder: ExpertParts['networks']): Promise<Check[]> {
  const checks: Check[] = []
  for (const role of ['unet', 'vae', 'textEncoder', 'textEncoder2'] as const) {
    const [part, reference] = [ours[role], folder[role]]
    if (!part || reference?.weights.layout !== 'folder' || part.hash === reference.hash) continue
    const source = await openWeights(part.weights)
    const isUNetOrVae = role === 'unet' || role === 'vae'
    const stem = isUNetOrVae ? 'diffusion_pytorch_model' : 'model'
    const { tensors } = await readSafetensorsHeader(join(reference.weights.folder, `${stem}.safetensors`))
    let worst = 0
    for (const [name, tensor] of tensors) {
      if (name.endsWith('position_ids')) continue
      const own = source.find(name, tensor.shape)
      const values = own && (await readTensor(own))
      worst = Math.max(worst, compare(name, values ?? [], await readTensor(tensor), 0).error)
    }
    checks.push({ what: `every tensor of the folder’s ${role}`, error: worst, limit: 0 })
  }
  return checks
}

/** What the words of facts.json for a family are to recognisers. */
const kinds: Readonly<Record<string, string>> = {
  LoRA: 'lora',
  ControlNet: 'controlnet',
  'textual inversion': 'embedding',
  'text encoder': 'text-encoder',
}

async function checkRefusal(oracle: OracleFolder, path: string, { family }: Facts): Promise<Check[]> {
  const told = await whatIsSaid(oracle.path(path))
  const expected = family === undefined ? 'pickle' : (kinds[family] ?? family)
  return [{ what: `told as ${told}, expected ${expected}`, error: told === expected ? 0 : 1, limit: 0 }]
}

async function whatIsSaid(file: string): Promise<string> {
  try {
    const recognised = recognise(await readSafetensorsHeader(file))
    if (!recognised) return 'unknown'
    return recognised.kind === 'checkpoint' ? recognised.family : recognised.kind
  } catch (error) {
    if (hasCode(error, 'model-file') && error.details.problem.what === 'foreign')
      return error.details.problem.format
    throw error
  }
}

/** Each case with a file that facts.json names for it; `reference` is tiny-base's own. */
function endToEnd(
  oracle: OracleFolder,
  group: PartTwoGroup,
  one: PartTwoCase,
  files: Readonly<Record<string, Facts>>,
): OracleCase {
  const name = `checkpoints/e2e/${one.name}`
  const named = Object.entries(files).find(([, { e2e }]) => [e2e].flat().includes(one.name))
  const path = named?.[0] ?? Object.keys(files).find(file => one.name.startsWith(stem(file)))
  return { name, run: () => checkPictures(oracle, group, one, path) }
}

function stem(path: string): string {
  return basename(path, '.safetensors')
}

async function checkPictures(
  oracle: OracleFolder,
  group: PartTwoGroup,
  one: PartTwoCase,
  path: string | undefined,
): Promise<Check[]> {
  const file = join(await oracle.built('checkpoints/'), path ?? '')
  if (path === undefined || !existsSync(file)) throw new Error('no file stands for it')
  const parts = await partsOfFile(file, await supplementsFor(oracle, file))
  const model = await openModel(parts, oracle.target)
  try {
    const run = await group.plan(one, { model, ...(await ownParts(oracle, one)) })
    const said = factsOf(parseSchedule(parts.schedule.config, file))
    const wanted = factsOf(run.schedule)
    return [
      ...(await group.check(one, run)),
      { what: `the file says ${said}`, error: said === wanted ? 0 : 1, limit: 0 },
    ]
  } finally {
    await model.networks.close()
  }
}

/** A scheduler that the case gives whole, and the pictures that cases.json names for it. */
async function ownParts(oracle: OracleFolder, one: PartTwoCase): Promise<Partial<PipelineRun>> {
  const { inputs } = await oracle.json(inputsSchema, 'checkpoints', 'e2e', 'cases.json')
  const named = Object.entries(inputs).find(([prefix]) => one.name.startsWith(prefix))?.[1] ?? ''
  const [plain, other] = /^([^(]*)(.*)$/.exec(named)?.slice(1).map(pngs) ?? []
  const [picture, mask] = (one.name.includes('nonsquare') && other?.length ? other : plain) ?? []
  const source = one.pipeline === 'txt2img' || !picture ? undefined : await inputSource(oracle, picture, mask)
  const schedule = typeof one.scheduler === 'string' ? undefined : parseSchedule(one.scheduler, 'cases.json')
  return { ...(schedule && { schedule }), ...(source && { source }) }
}

const inputsSchema = z.object({ inputs: z.record(z.string(), z.string()).default({}) })

/** `inputs/pic_a.png + mask_a.png`, or `pic_b, mask_b`. */
function pngs(text: string): string[] {
  return [...text.matchAll(/\b(?:pic|mask)_\w+/g)].map(([name]) => `${name}.png`)
}

function factsOf({ config }: ModelSchedule): string {
  return [config.prediction, config.zeroTerminalSnr ? 'zero SNR' : 'plain', config.edm ? 'EDM' : 'DDPM'].join(
    ', ',
  )
}
