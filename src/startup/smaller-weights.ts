/** What helps a model that is too large for every device: weights in fewer bits. */
import { modelMemoryProblem } from '../app/checks/check-memory.ts'
import type { DeviceMemory } from '../engine/jobs/job-fit.ts'
import type { ModelRecord } from '../engine/models/record.ts'
import { modelInForm } from './model-weights.ts'

/**
 * Whether a model that no device can hold fits a CPU among them with `weights: int8`. Plans its networks again, which takes a second at
 * full size, and makes no file.
 */
export async function fitsIn8Bits(model: ModelRecord, devices: readonly DeviceMemory[]): Promise<boolean> {
  const cpus = devices.filter(({ memoryKind }) => memoryKind === 'cpu')
  if (cpus.length === 0 || model.parts.networks.unet.cached?.form === 'int8') return false
  const smaller = await modelInForm(model, { form: 'int8', folder: '' })
  return modelMemoryProblem(smaller, cpus) === undefined
}
