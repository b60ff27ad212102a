/** Merges LoRAs: the changed tensors are computed in float64 and written as float32, the type that graphs compute in. */
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { groupBy } from '../../../common/collections/group-by.ts'
import { AppError } from '../../../errors/errors.ts'
import { arrangements } from '../arrangements/arrangement.ts'
import { writeQuantised } from '../quantised/write-quantised.ts'
import type { RecordedSource } from '../recorded-source.ts'
import type { StoredTensor } from '../safetensors.ts'
import { readTensor } from '../tensor-values.ts'
import { writeAll } from '../write-all.ts'
import { directionFactors } from './dora.ts'
import type { Factor, Factors, MatrixShape } from './family.ts'
import type { LoraUpdate } from './match-lora.ts'
import { columnsOf, type Matrix } from './matrix.ts'

/** A change with the weight of its file in the order. */
export interface WeightedUpdate {
  readonly update: LoraUpdate
  readonly weight: number
}

/**
 * Writes the changed tensors of one network into `file`, one after another; only one is in memory at a time.
 * `own`: the network's weights. A weight in 8-bit blocks or in an arrangement is written in the same form, which its graph requires.
 * Changes of one tensor are applied in the order given.
 * signal: aborts the merge between two tensors.
 * @throws AppError 'model-file' when a file became shorter or its numbers are not finite; the signal's reason.
 */
export async function mergeInto(
  file: string,
  own: RecordedSource,
  changes: readonly WeightedUpdate[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const handle = await open(file, 'w')
  try {
    const place = await realpath(file)
    const merged = new Map<string, StoredTensor>()
    let offset = 0
    for (const [name, updates] of groupBy(changes, ({ update }) => update.tensor)) {
      signal?.throwIfAborted()
      const tensor = own.found.get(name)
      if (!tensor) throw new AppError('internal', { problem: `the network has no tensor ${name}` })
      const values = new Float32Array(await mergedValues(tensor, updates))
      const { shape } = tensor
      const stored = await writeAs(own.find(name, shape), handle, values, {
        name,
        shape,
        file: place,
        offset,
      })
      merged.set(name, stored)
      offset += stored.length + (stored.blockScales?.length ?? 0)
    }
    return merged
  } finally {
    await handle.close()
  }
}

/** Writes values in the form of `own`, or as float32. `at`: the end of the file. */
async function writeAs(
  own: StoredTensor | undefined,
  handle: FileHandle,
  values: Float32Array,
  at: Pick<StoredTensor, 'name' | 'shape' | 'file' | 'offset'>,
): Promise<StoredTensor> {
  if (own?.blockScales) return writeQuantised(handle, at.name, values, at)
  const { arrangement } = own ?? {}
  const written = arrangement ? arrangements[arrangement].arrange(values, at.shape) : values
  return { ...at, dtype: 'F32', length: await writeAll(handle, written), ...(arrangement && { arrangement }) }
}

/** The tensor's values with all changes applied, in float64. @throws as mergeInto. */
export async function mergedValues(
  tensor: StoredTensor,
  updates: readonly WeightedUpdate[],
): Promise<Float64Array> {
  const { shape } = tensor
  const values = new Float64Array(await readTensor(tensor))
  const isDirected = updates.some(({ update }) => update.factors.dora_scale !== undefined)
  const own: Matrix = {
    rows: shape[0] ?? 1,
    columns: columnsOf(shape),
    values: isDirected ? values.slice() : values,
  }
  for (const { update, weight } of updates) {
    const factors = await readFactors(update)
    const delta = deltaOf(update, factors, shape)
    if (factors.dora_scale) addDirected(values, own, delta, factors.dora_scale, weight, shape)
    else addScaled(values, delta, weight)
    if (!allFinite(values)) {
      const [{ file = '', name = '' } = {}] = Object.values(update.factors)
      throw new AppError('model-file', { file, problem: { what: 'not-finite', tensor: name } })
    }
  }
  return values
}

/**
 * W + w · (m / ‖V‖ · (W + ΔW) - W): no change at w = 0, DoRA's result at w = 1. W has the changes before this one, and
 * V = own + ΔW has not: the reference takes the norm of what was trained.
 */
function addDirected(
  values: Float64Array,
  own: Matrix,
  delta: Float64Array,
  magnitudes: Factor,
  weight: number,
  shape: MatrixShape,
): void {
  const directions = { ...own, values: own.values.map((value, i) => value + (delta[i] ?? 0)) }
  const factors = directionFactors(directions, magnitudes, shape)
  for (let i = 0; i < values.length; i++) {
    const before = values[i] ?? 0
    values[i] = before + weight * ((factors[i] ?? 0) * (before + (delta[i] ?? 0)) - before)
  }
}

/** The change at weight 1, scaled by alpha. */
function deltaOf(
  { family, factors: stored, scale }: LoraUpdate,
  factors: Factors,
  shape: MatrixShape,
): Float64Array {
  const { values } = family.delta(factors, shape)
  const shapes = Object.fromEntries(Object.entries(stored).map(([role, tensor]) => [role, tensor?.shape]))
  const rank = scale?.rank ?? family.rankOf(shapes)
  const alpha = factors.alpha?.values[0] ?? scale?.alpha
  if (rank === undefined || alpha === undefined) return values
  const factor = alpha / (scale?.byRoot ? Math.sqrt(rank) : rank)
  return factor === 1 ? values : values.map(value => value * factor)
}

function allFinite(values: Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false
  return true
}

function addScaled(values: Float64Array, delta: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + factor * (delta[i] ?? 0)
}

async function readFactors({ factors }: LoraUpdate): Promise<Factors> {
  const read: { -readonly [R in keyof Factors]: Factors[R] } = {}
  for (const [role, tensor] of Object.entries(factors)) {
    if (!tensor) continue
    const { shape } = tensor
    Object.assign(read, { [role]: { shape, values: new Float64Array(await readTensor(tensor)) } })
  }
  return read
}
