/** The views of devices, here and on other machines: their memory, their models and their current use. */
import type { DeviceStatus } from '../../engine/jobs/devices/device.ts'
import type { Pool } from '../../engine/jobs/pool.ts'
import type { Catalogue } from './catalogue.ts'
import type { DeviceUse, DeviceView } from './views.ts'

export interface DeviceViewParts {
  pool: Pick<Pool, 'devices'>
  catalogue: { models: readonly Pick<Catalogue['models'][number], 'name' | 'hash'>[] }
}

/** The devices are in the order in which they joined. */
export function deviceViews({ pool, catalogue }: DeviceViewParts): DeviceView[] {
  return pool.devices().map(({ memoryBytes, holdings, fetching, ...status }) => ({
    name: status.name,
    use: useOf(status),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(fetching && { fetching }),
    models: catalogue.models
      .filter(({ hash }) => holdings?.has(hash) ?? true)
      .map(model => ({ name: model.name, hash: model.hash })),
  }))
}

function useOf({ state, busy, isPaused }: Pick<DeviceStatus, 'state' | 'busy' | 'isPaused'>): DeviceUse {
  if (isPaused) return busy ? 'pausing' : 'paused'
  return state === 'ready' ? (busy ? 'busy' : 'free') : state
}
