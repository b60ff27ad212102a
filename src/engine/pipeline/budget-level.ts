/** The low-memory level that a graphics card's budget requires, before anything is opened. */
import type { Precision } from '../../common/choices.ts'
import { neededBytes } from '../../common/memory-need.ts'
import { isCpu } from '../onnx/graph-variants.ts'
import { type NamedFiles, needsOfOrder } from '../order-needs.ts'
import { paintedPixels, type WorkOrder } from '../work-order.ts'
import { type LowMemoryLevel, lowMemoryLevels } from './low-memory.ts'

/** A device with its precision and its memory. */
export interface GpuBudget {
  readonly device: string
  readonly precision: Precision
  /** Absent: no limit. */
  readonly memoryBytes?: number | undefined
}

/**
 * The first level from `least` on at which each network of the order fits alone. If there is none, it is the last level, because the
 * needs are estimates. On a CPU it is `least`, because a picture has the same bytes whatever the budget.
 *
 * `least`: the level after one at which memory ran out, or 0.
 */
export function budgetLevel(
  order: WorkOrder,
  named: NamedFiles,
  { device, precision, memoryBytes = Number.POSITIVE_INFINITY }: GpuBudget,
  least: LowMemoryLevel,
): LowMemoryLevel {
  if (isCpu({ device })) return least
  const needs = needsOfOrder(order, named)
  const neededAt = (level: LowMemoryLevel) =>
    neededBytes(
      needs.map(({ onCard }) => onCard[precision][level]),
      paintedPixels(order),
    )
  return lowMemoryLevels.find(level => level >= least && neededAt(level) <= memoryBytes) ?? 2
}
