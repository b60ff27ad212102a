/** Checks before acceptance whether a picture fits in any device's memory. Pure. */
import { type MemoryNeed, neededBytes } from '../../common/memory-need.ts'
import type { DeviceMemory } from '../../engine/jobs/devices/device.ts'
import type { ExpertRecord, ModelRecord } from '../../engine/models/record.ts'
import { expertsOf, paintedPixels, type WorkOrder } from '../../engine/work-order.ts'
import { type Problem, problem } from '../problems.ts'

/** The problem if no device has memory for the largest of the orders; it names the device with the most. */
export function memoryProblem(
  orders: readonly WorkOrder[],
  models: readonly ModelRecord[],
  devices: readonly DeviceMemory[],
): Problem | undefined {
  const wanted = orders.map(order => ({
    needs: expertsOf<ExpertRecord>(order, models).flatMap(expert => expert.needs ?? []),
    pixels: paintedPixels(order),
  }))
  return problemOf(wanted, devices)
}

/** The same for a model at its native size; reported at start. */
export function modelMemoryProblem(
  { needs = [], nativeSidePx }: ModelRecord,
  devices: readonly DeviceMemory[],
): Problem | undefined {
  return problemOf([{ needs, pixels: nativeSidePx ** 2 }], devices)
}

type Needs = NonNullable<ExpertRecord['needs']>

function problemOf(
  wanted: readonly { readonly needs: Needs; readonly pixels: number }[],
  devices: readonly DeviceMemory[],
): Problem | undefined {
  const neededOn = (device: DeviceMemory) =>
    Math.max(0, ...wanted.map(({ needs, pixels }) => neededBytes(leastNeeds(needs, device), pixels)))
  const budgetOf = ({ memoryBytes = Number.POSITIVE_INFINITY }: DeviceMemory) => memoryBytes
  const [largest] = [...devices].sort((a, b) => budgetOf(b) - budgetOf(a))
  if (!largest || devices.some(device => neededOn(device) <= budgetOf(device))) return undefined
  const details = { device: largest.name, neededBytes: neededOn(largest), budgetBytes: budgetOf(largest) }
  return problem('memory-too-small', details)
}

/** A graphics card paints with less memory where it runs out of it. One that chooses its precision may choose float16. */
function leastNeeds(needs: Needs, { name, precision = 'float16' }: DeviceMemory): readonly MemoryNeed[] {
  return name.startsWith('cpu') ? needs : needs.map(({ onCard }) => onCard[precision][2])
}
