/** Checks before acceptance whether a picture fits in any device's memory. Pure. */
import type { ExpertRecord, ModelRecord } from '../../engine/models/record.ts'
import { paintedPixels, type WorkOrder } from '../../engine/work-order.ts'
import { type Problem, problem } from '../problems.ts'

/** The memory of a device. */
export interface DeviceMemory {
  readonly name: string
  /** The limit of its worker; absent if there is none. */
  readonly memoryBytes?: number
}

/** The problem if the device with the most memory has too little for one of the orders. */
export function memoryProblem(
  orders: readonly WorkOrder[],
  models: readonly ModelRecord[],
  devices: readonly DeviceMemory[],
): Problem | undefined {
  return problemOf(Math.max(0, ...orders.map(order => neededByOrder(order, models))), devices)
}

/** The same for a model at its native size; reported at start. */
export function modelMemoryProblem(
  model: ModelRecord,
  devices: readonly DeviceMemory[],
): Problem | undefined {
  return problemOf(neededBytes(model.needs ?? [], model.nativeSidePx ** 2), devices)
}

function problemOf(needed: number, devices: readonly DeviceMemory[]): Problem | undefined {
  const budgetOf = ({ memoryBytes = Number.POSITIVE_INFINITY }: DeviceMemory) => memoryBytes
  const [largest] = [...devices].sort((a, b) => budgetOf(b) - budgetOf(a))
  if (!largest || needed <= budgetOf(largest)) return undefined
  const details = { device: largest.name, neededBytes: needed, budgetBytes: budgetOf(largest) }
  return problem('memory-too-small', details)
}

function neededByOrder(order: WorkOrder, models: readonly ModelRecord[]): number {
  if (order.kind === 'upscale') return 0
  const experts = models.flatMap((model): ExpertRecord[] =>
    model.refiner ? [model, model.refiner] : [model],
  )
  const hashes = [order.model.hash, ...(order.kind === 'paint' ? [order.refinement?.model.hash] : [])]
  const needs = experts.filter(({ hash }) => hashes.includes(hash)).flatMap(expert => expert.needs ?? [])
  return neededBytes(needs, paintedPixels(order))
}

/** Networks may take turns in memory, so the largest single need counts. */
function neededBytes(needs: NonNullable<ExpertRecord['needs']>, pixels: number): number {
  return Math.max(
    0,
    ...needs.map(({ openingBytes, weightBytes, bytesPerPixel, mostPixels = pixels }) =>
      Math.max(openingBytes, weightBytes + bytesPerPixel * Math.min(pixels, mostPixels)),
    ),
  )
}
