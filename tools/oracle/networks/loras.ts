/** lora/ of both parts: what every file changes in the Base's weights, which files are refused, and what several paint together. */
import { z } from 'zod'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { recognise } from '../../../src/engine/models/recognise/recognise.ts'
import { requireSupported } from '../../../src/engine/models/supported-variants.ts'
import { MergedLoras } from '../../../src/engine/pipeline/open/merged-loras.ts'
import { matchLora } from '../../../src/engine/weights/lora/match-lora.ts'
import { mergedValues } from '../../../src/engine/weights/lora/merge.ts'
import { type ModelTensors, moduleIndex } from '../../../src/engine/weights/lora/module-index.ts'
import { adapterConfigName, loraFileOf, openLora } from '../../../src/engine/weights/lora/open-lora.ts'
import type { StoredTensor } from '../../../src/engine/weights/safetensors.ts'
import { readTensor } from '../../../src/engine/weights/tensor-values.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import { type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'

const checksum = z.object({ sum: z.number(), abs_sum: z.number(), first8: z.array(z.number()) })
type Checksums = Readonly<Record<string, z.infer<typeof checksum>>>

/** Files of part one come in several formats, and have one list of checksums by their letter. */
const partOneSchema = z.record(z.string(), z.object({ delta_checksums: z.record(z.string(), checksum) }))

const described = z.record(
  z.string(),
  z.object({ effective_weight_minus_weight_at_1: z.record(z.string(), checksum) }),
)
const partTwoSchema = z.object({
  files: described,
  namings: described,
  refuse: z.record(z.string(), z.string()),
})

/** README: differences of weights agree within 2e-6. */
const allowed = 2e-6

export const loraFiles: Checker = {
  name: 'lora',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'lora')
    return group ? partTwo(oracle, group) : partOne(oracle)
  },
}

async function partOne(oracle: OracleFolder): Promise<OracleCase[]> {
  if (!oracle.has('lora', 'lora.json')) return []
  const described = await oracle.json(partOneSchema, 'lora', 'lora.json')
  const names = await oracle.list('lora', '.safetensors')
  return names.map(name => {
    const [, letter = ''] = /^lora-(\w+)-/.exec(name) ?? []
    const checksums = described[letter]?.delta_checksums ?? {}
    return { name: `lora/${name}`, run: () => checkDeltas(oracle, name, checksums) }
  })
}

async function partTwo(oracle: OracleFolder, group: PartTwoGroup): Promise<OracleCase[]> {
  const { files, namings, refuse } = await oracle.json(partTwoSchema, 'lora', 'lora.json')
  return [
    ...Object.entries({ ...files, ...namings }).map(
      ([name, { effective_weight_minus_weight_at_1: checksums }]) => ({
        name: `lora/${name}`,
        run: () => checkDeltas(oracle, name, checksums),
      }),
    ),
    ...Object.keys(refuse).map(name => ({ name: `lora/${name}`, run: () => checkRefused(oracle, name) })),
    // Where tools disagree, the oracle suggests one of them and keeps the others for information.
    ...group.cases
      .filter(one => one.suggested !== false)
      .map(one => ({ name: `lora/e2e/${one.name}`, run: () => checkEndToEnd(oracle, group, one) })),
  ]
}

/** What each update adds to the weight that it belongs to; every module of the file finds one. */
async function checkDeltas(oracle: OracleFolder, name: string, golden: Checksums): Promise<Check[]> {
  const tensors = await tensorsOf(oracle)
  const { updates, unmatched } = await matched(oracle, name, tensors)
  const checks: Check[] = [
    { what: `modules that fit nothing: ${unmatched.join()}`, error: unmatched.length, limit: 0 },
    {
      what: 'changed tensors',
      error: updates.length - Object.keys(golden).length,
      limit: 0,
      passed: updates.length === Object.keys(golden).length,
    },
  ]
  for (const update of updates) {
    const { network, tensor: path } = update
    const own = tensors[network]?.get(path)
    const sums = golden[nameIn(golden, network, path)]
    if (!own || !sums) throw new Error(`lora.json has nothing of ${network} ${path}`)
    const before = await readTensor(own)
    const after = await mergedValues(own, [{ update, weight: 1 }])
    const delta = after.map((value, i) => value - (before[i] ?? 0))
    const ours = [delta.reduce((sum, x) => sum + x, 0), delta.reduce((sum, x) => sum + Math.abs(x), 0)]
    checks.push(
      compare(`${path}: first 8`, delta.slice(0, 8), sums.first8.slice(0, delta.length), allowed),
      compare(`${path}: sums`, ours, [sums.sum, sums.abs_sum], allowed * delta.length),
    )
  }
  return checks
}

const components = { unet: 'unet', textEncoder: 'te1', textEncoder2: 'te2' } as const

/** `unet.down_blocks.…` in part one, `unet:down_blocks.…` in part two, where that is a weight. */
function nameIn(golden: Checksums, network: keyof typeof components, tensor: string): string {
  const names = ['.', ':'].flatMap(mark => {
    const full = `${components[network]}${mark}${tensor}`
    return [full, full.replace(/\.weight$/, '')]
  })
  return names.find(name => name in golden) ?? ''
}

async function checkRefused(oracle: OracleFolder, name: string): Promise<Check[]> {
  const told = await whatIsSaid(oracle, name)
  return [{ what: told ?? 'it was taken', error: told === undefined ? 1 : 0, limit: 0 }]
}

async function whatIsSaid(oracle: OracleFolder, name: string): Promise<string | undefined> {
  try {
    const place = placeOf(oracle, name)
    const path = loraFileOf(place)
    const header = await openLora(place)
    const family = recognise(header)?.family
    if (family !== 'SDXL') return `it is for ${family}`
    requireSupported(path, header, 'lora')
    const { matched: count } = await matched(oracle, name, await tensorsOf(oracle))
    return count === 0 ? 'nothing of it belongs to the model' : undefined
  } catch (error) {
    return String(error instanceof Error && 'details' in error ? JSON.stringify(error.details) : error)
  }
}

async function matched(oracle: OracleFolder, name: string, tensors: ModelTensors<StoredTensor>) {
  const place = placeOf(oracle, name)
  return matchLora(loraFileOf(place), await openLora(place), tensors, moduleIndex(tensors))
}

/** A file, or a folder that PEFT wrote. */
function placeOf(oracle: OracleFolder, name: string) {
  return oracle.has('lora', name, adapterConfigName)
    ? ({ layout: 'folder', path: oracle.path('lora', name) } as const)
    : ({ layout: 'file', path: oracle.path('lora', `${name}.safetensors`) } as const)
}

async function tensorsOf(oracle: OracleFolder) {
  const { unet, textEncoder, textEncoder2 } = (await oracle.open('base')).networks
  return {
    unet: unet.ownWeights?.found ?? new Map<string, StoredTensor>(),
    textEncoder: textEncoder?.ownWeights?.found ?? new Map<string, StoredTensor>(),
    textEncoder2: textEncoder2.ownWeights?.found ?? new Map<string, StoredTensor>(),
  }
}

const groupSchema = z.object({
  loras: z.array(z.tuple([z.string(), z.number()])),
  suggested: z.boolean().optional(),
})

async function checkEndToEnd(oracle: OracleFolder, group: PartTwoGroup, one: PartTwoCase): Promise<Check[]> {
  const { loras } = groupSchema.parse(one)
  const named = loras.map(([name, weight]) => ({ name, weight }))
  return withLoras(oracle, named, async () =>
    group.check(one, await group.plan(one, { model: await oracle.open('base') })),
  )
}

/** Runs with LoRAs in the Base's weights, and gives it its own weights back. */
export async function withLoras<Result>(
  oracle: OracleFolder,
  loras: readonly { readonly name: string; readonly weight: number }[],
  run: () => Promise<Result>,
): Promise<Result> {
  const records = loras.map(({ name }): FileRecord => {
    const storage = { ...placeOf(oracle, name), bytes: 0, dtypes: [] }
    return { kind: 'lora', name, family: 'SDXL', hash: name, storage }
  })
  const { networks } = await oracle.open('base')
  const merged = new MergedLoras(networks, records)
  const orders = loras.map(({ name, weight }) => ({
    name,
    hash: name,
    unetWeight: weight,
    textWeight: weight,
  }))
  try {
    await merged.merge(orders, () => undefined)
    return await run()
  } finally {
    await merged.merge([], () => undefined)
    await merged.close()
  }
}

/** The formats that part one has all of these LoRAs in: `kohya-sgm`, `peft` … */
export async function formatsOf(oracle: OracleFolder, letters: readonly string[]): Promise<string[]> {
  const names = await oracle.list('lora', '.safetensors')
  const formats = letters.map(letter =>
    names
      .filter(name => name.startsWith(`lora-${letter}-`))
      .map(name => name.slice(`lora-${letter}-`.length)),
  )
  return (formats[0] ?? []).filter(format => formats.every(list => list.includes(format)))
}
