/** Matches a LoRA file's factors with the model's weights that they change. Values are not read. */
import { AppError } from '../../../errors/errors.ts'
import type { SafetensorsHeader, StoredTensor } from '../safetensors.ts'
import {
  type AdapterConfig,
  type AdapterScale,
  configScales,
  metadataScales,
  networkOf,
} from './adapter-metadata.ts'
import { magnitudesOf } from './dora.ts'
import { families } from './families/families.ts'
import { type Family, factorsOf, type LoraRole, type MatrixShape, type Shapes } from './family.ts'
import { columnsOf, elements } from './matrix.ts'
import { findModule, type LoraNetwork, type ModelTensors, type ModuleIndex } from './module-index.ts'
import { namings } from './namings/namings.ts'

export type StoredFactors = Readonly<Partial<Record<LoraRole, StoredTensor>>>

/** A change of one tensor. */
export interface LoraUpdate {
  readonly network: LoraNetwork
  /** Its diffusers name. */
  readonly tensor: string
  readonly family: Family
  /** Including `alpha` and `dora_scale` if they have an effect. */
  readonly factors: StoredFactors
  /** The scale that is stated beside the factors, if they have no alpha. */
  readonly scale: AdapterScale | undefined
}

export interface LoraMatch {
  readonly updates: readonly LoraUpdate[]
  /** The model's modules that the file changes. */
  readonly matched: number
  /** Modules and other tensors of the file that the model lacks, in the file's spelling. */
  readonly unmatched: readonly string[]
  /** The names of embeddings in the file. They change no weights and are not used. */
  readonly embeddings: readonly string[]
}

/** An embedding that OneTrainer adds to the file. */
const bundled = /^bundle_emb\.(?<name>.+?)\./

/** A LoRA's tensors. */
export interface LoraHeader extends SafetensorsHeader {
  /** The adapter_config.json in its folder. */
  readonly config?: AdapterConfig
}

/**
 * file: the name in a refusal.
 * @throws AppError 'model-file' when a factor does not match its weight, 'model-config' when its metadata are not supported.
 */
export function matchLora(
  file: string,
  { tensors, metadata, config }: LoraHeader,
  model: ModelTensors<{ readonly shape: MatrixShape }>,
  index: ModuleIndex,
): LoraMatch {
  const { modules, strangers, embeddings } = modulesIn(tensors)
  const scaleOf = config ? configScales(config) : metadataScales(file, metadata)
  const ownNetwork = config && networkOf(config)
  const updates: LoraUpdate[] = []
  const unmatched = [...strangers]
  let matched = 0
  for (const [name, factors] of modules) {
    const place = findModule(index, name, ownNetwork)
    const changes = place ? changesOf(factors, place.path) : []
    const own = changes.flatMap(change => {
      const shape = place && model[place.network]?.get(change.tensor)?.shape
      return shape ? [{ change, shape }] : []
    })
    if (!place || own.length === 0) {
      unmatched.push(name)
      continue
    }
    matched += 1
    // A change of a bias that the layer does not have.
    if (own.length < changes.length) unmatched.push(`${name}.bias`)
    for (const { change, shape } of own) {
      requireFit(file, name, change, shape)
      updates.push({ network: place.network, ...change, scale: scaleOf(place) })
    }
  }
  return { updates, matched, unmatched, embeddings }
}

/** The factors of every module, in the file's spelling, the names of tensors that are not factors, and those of embeddings. */
function modulesIn(tensors: ReadonlyMap<string, StoredTensor>) {
  const modules = new Map<string, Partial<Record<LoraRole, StoredTensor>>>()
  const strangers: string[] = []
  const embeddings = new Set<string>()
  for (const [name, tensor] of tensors) {
    const embedding = bundled.exec(name)?.groups?.name
    if (embedding !== undefined) {
      embeddings.add(embedding)
      continue
    }
    const found = namings.map(naming => naming(name)).find(one => one !== undefined)
    if (!found) {
      strangers.push(name)
      continue
    }
    const factors = modules.get(found.module) ?? {}
    factors[found.role] = found.isList ? { ...tensor, shape: [elements(tensor.shape)] } : tensor
    modules.set(found.module, factors)
  }
  return { modules, strangers, embeddings: [...embeddings] }
}

type TensorChange = Pick<LoraUpdate, 'tensor' | 'family' | 'factors'>

/** The changes of a module's weight and bias. */
function changesOf(factors: StoredFactors, path: string): TensorChange[] {
  return families.flatMap(family => {
    const used = factorsOf(family, role => factors[role] !== undefined)
    if (!used) return []
    const besides: readonly LoraRole[] = family.changes === 'weight' ? ['alpha', 'dora_scale'] : []
    const all = [...used, ...besides].map(role => [role, factors[role]] as const)
    const chosen = Object.fromEntries(all.filter(([, factor]) => factor !== undefined))
    return [{ tensor: `${path}.${family.changes}`, family, factors: chosen }]
  })
}

function requireFit(
  file: string,
  module: string,
  { family, factors }: TensorChange,
  shape: MatrixShape,
): void {
  const shapes: Shapes = Object.fromEntries(
    Object.entries(factors).flatMap(([role, tensor]) => (tensor ? [[role, tensor.shape]] : [])),
  )
  const { alpha, dora_scale: magnitudes } = shapes
  const extent = family.extentOf(shapes)
  const fits = extent?.[0] === (shape[0] ?? 1) && extent[1] === columnsOf(shape)
  const alphaFits = !alpha || elements(alpha) === 1
  const magnitudesFit = !magnitudes || magnitudesOf(magnitudes, shape) !== undefined
  if (fits && alphaFits && magnitudesFit) return
  // A scalar alpha is not a part of the product.
  const reported = Object.entries(shapes).filter(([role]) => role !== 'alpha' || !alphaFits)
  const found = reported.map(([, one]) => [...one])
  throw new AppError('model-file', {
    file,
    problem: { what: 'lora-shape', module, expected: [...shape], found },
  })
}

/** The maximum number of module names in a refusal. */
const maxExamples = 3

/** The refusal of a file without any module of the model. */
export function unmatchedLora(file: string, unmatched: readonly string[]): AppError {
  const examples = unmatched.slice(0, maxExamples)
  const problem = { what: 'lora-unmatched', modules: unmatched.length, examples } as const
  return new AppError('model-file', { file, problem })
}
