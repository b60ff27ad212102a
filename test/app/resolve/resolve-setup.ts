/** The models, the configuration and the calls that the tests of resolving requests have in common. */
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { type PaintOrder, workOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { fakeExpertParts, fakeStorage } from '../../fakes/fake-models.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'

const defaults = loadConfig(packageRoot, packageRoot)
export const sdxl: ModelRecord = {
  name: 'sdxl',
  parts: fakeExpertParts,
  storage: fakeStorage,
  hash: 'sdxl-hash',
  sizeStepPx: 8,
  nativeSidePx: 1024,
  refiner: {
    name: 'sdxl/refiner',
    parts: fakeExpertParts,
    storage: fakeStorage,
    hash: 'refiner-hash',
    sizeStepPx: 8,
  },
}
export const lone: ModelRecord = { ...sdxl, name: 'lone', refiner: undefined }
export const config = {
  ...defaults,
  styles: [
    { name: 'Ink', prompt: 'ink drawing of {prompt}, black lines', negative: 'colour' },
    { name: 'plain', prompt: 'masterpiece', negative: '' },
  ],
  models: { ...defaults.models, turbo: { preset: 'turbo' } },
}
export const turbo: ModelRecord = { ...lone, name: 'turbo' }

export function context(changes: Partial<ResolveContext> = {}): ResolveContext {
  return {
    catalogue: { models: [demoModel, sdxl, lone, turbo], files: [] },
    config,
    settings: {},
    seed: 4711,
    ...changes,
  }
}

export function orderOf(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>): PaintOrder {
  const resolved = resolve({ prompt: 'a cat', ...request }, context(changes))
  if (resolved.kind === 'refused') throw new Error(JSON.stringify(resolved.problems))
  // Whatever is accepted must also pass the gate to the workers.
  workOrder.parse(resolved.order)
  return resolved.order
}

export function problemsOf(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>) {
  const resolved = resolve({ prompt: 'a cat', ...request }, context(changes))
  return resolved.kind === 'refused' ? resolved.problems : []
}
