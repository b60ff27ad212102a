/** Whether a picture fits into any device's memory at all: known before it is accepted. Pure. */
import type { ExpertRecord, ModelRecord } from '../engine/models/record.ts'
import { paintedPixels, type WorkOrder } from '../engine/work-order.ts'
import { type Problem, problem } from './problems.ts'

/** A device as far as its memory goes. */
export interface DeviceMemory {
  readonly name: string
  /** What its worker may use; absent where there is no limit. */
  readonly memoryBytes?: number
}

/** What keeps the orders from being painted on the device that has the most; undefined where nothing does. */
export function memoryProblem(
  orders: readonly WorkOrder[],
  models: readonly ModelRecord[],
  devices: readonly DeviceMemory[],
): Problem | undefined {
  const budgetOf = ({ memoryBytes = Number.POSITIVE_INFINITY }: DeviceMemory) => memoryBytes
  const [largest] = [...devices].sort((a, b) => budgetOf(b) - budgetOf(a))
  const neededBytes = Math.max(0, ...orders.map(order => neededFor(order, models)))
  if (!largest || neededBytes <= budgetOf(largest)) return undefined
  return problem('memory-too-small', { device: largest.name, neededBytes, budgetBytes: budgetOf(largest) })
}

/** Each network may be alone when it runs, so the greatest need counts. */
function neededFor(order: WorkOrder, models: readonly ModelRecord[]): number {
  if (order.kind === 'upscale') return 0
  const experts = models.flatMap((model): ExpertRecord[] =>
    model.refiner ? [model, model.refiner] : [model],
  )
  const hashes = [order.model.hash, ...(order.kind === 'paint' ? [order.refinement?.model.hash] : [])]
  const pixels = paintedPixels(order)
  const needs = experts.filter(({ hash }) => hashes.includes(hash)).flatMap(({ needs = [] }) => needs)
  return Math.max(
    0,
    ...needs.map(({ openingBytes, weightBytes, bytesPerPixel, mostPixels = pixels }) =>
      Math.max(openingBytes, weightBytes + bytesPerPixel * Math.min(pixels, mostPixels)),
    ),
  )
}
