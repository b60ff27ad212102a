/** What the devices are, have and do now, here and on other machines. */
import type { Pool } from '../../engine/jobs/pool.ts'
import type { Catalogue } from './catalogue.ts'
import type { DeviceView } from './views.ts'

export interface DeviceViewParts {
  pool: Pick<Pool, 'devices'>
  catalogue: { models: readonly Pick<Catalogue['models'][number], 'name' | 'hash'>[] }
}

/** In the order in which they joined. */
export function deviceViews({ pool, catalogue }: DeviceViewParts): DeviceView[] {
  return pool.devices().map(({ name, state, busy, memoryBytes, holdings, fetching }) => ({
    name,
    use: state === 'ready' ? (busy ? 'busy' : 'free') : state,
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(fetching && { fetching }),
    models: catalogue.models
      .filter(({ hash }) => holdings?.has(hash) ?? true)
      .map(model => ({ name: model.name, hash: model.hash })),
  }))
}
