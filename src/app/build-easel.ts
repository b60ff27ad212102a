/** Assembles the use cases over a data folder and devices, and starts and stops them in the right order. */
import type { Config } from '../config/config.ts'
import { Database } from '../db/database.ts'
import type { DeviceOpeners } from '../engine/jobs/devices/device.ts'
import { Pool, type PoolChange } from '../engine/jobs/pool.ts'
import { guardedClock } from '../system/guarded-clock.ts'
import type { Clock, Ids, Logger, Random } from '../system/ports.ts'
import type { Courier } from './delivery/courier.ts'
import { Deliveries } from './delivery/deliveries.ts'
import type { Easel } from './easel.ts'
import { facade } from './facade.ts'
import type { AppParts, CheckPicture } from './parts.ts'
import { recover } from './recover.ts'
import type { Catalogue } from './views/catalogue.ts'
import { hourMs } from './views/durations.ts'
import { JobViews } from './views/job-views.ts'
import { Watch } from './views/watch.ts'

export interface EaselParts {
  config: Config
  catalogue: Catalogue
  devices: DeviceOpeners[]
  checkPicture: CheckPicture
  migrationsFolder: string
  clock: Clock
  ids: Ids
  random: Random
  log: Logger
  /** A device hangs where only a restart of the process helps. */
  onHung: (device: string) => void
  /** Sees every SQL statement just before it runs; for tests. */
  beforeStatement?: (sql: unknown) => void
}

/** Easel with what only the composition root may do. */
export interface BuiltEasel {
  easel: Easel
  /** That platform's results go through this courier from now on. */
  register(courier: Courier): void
  /** Recovers what a dead process left, then serves. */
  start(): Promise<void>
  /**
   * Refuses what is new, lets running jobs finish for `graceMs`, gives the rest back. Questions are still answered. False
   * where a worker hangs that only the end of the process ends.
   */
  stopPainting(graceMs: number): Promise<boolean>
  /** Gives running jobs back at once, uncounted: the process is about to be ended. */
  release(): Promise<void>
  /** Resolves when what is being delivered is; what is not yet waits for the next start. */
  stopDelivering(): Promise<void>
  /** Both, in that order. */
  drain(graceMs: number): Promise<void>
  /** Closes the data folder: after `drain`, and once nobody asks any more. */
  close(): void
  /** `drain` and `close`. */
  stop(graceMs: number): Promise<void>
  /** Resolves when nothing is being delivered just now. */
  delivered(): Promise<void>
  db: Database
}

/** Opens the data folder and assembles the use cases. @throws as Database.open. */
export function buildEasel(given: EaselParts): BuiltEasel {
  const parts = { ...given, clock: guardedClock(given.clock, given.log) }
  const { config, clock, random, log } = parts
  const onUnreadable = (jobId: string, problem: string) =>
    log.error({ jobId, problem }, 'the record of a job cannot be read')
  const db = Database.open({ ...parts, dataDir: config.dataDir, onUnreadable })
  const pool = new Pool({
    ...parts,
    store: db,
    maxWaitMs: config.limits.maxWaitHours * hourMs,
    onChange: change => onChange(change),
  })
  const views = new JobViews(db, pool)
  const deliveries = new Deliveries({ db, views, clock, random, log, notify: config.notify })
  const watch = new Watch({ views, pool, clock, log })
  watch.add(job => deliveries.progressed(job))
  const changed = (jobId: string) => onChange({ kind: 'state', jobId })
  const app: AppParts = { ...parts, db, pool, views, deliveries, changed }

  function onChange(change: PoolChange): void {
    if (change.kind === 'state') deliveries.nudge(change.jobId)
    watch.changed(change)
  }

  let stopping = false
  async function stopPainting(graceMs: number): Promise<boolean> {
    stopping = true
    return pool.stop(graceMs)
  }
  async function stopDelivering(): Promise<void> {
    await deliveries.stop()
    watch.end()
  }
  async function drain(graceMs: number): Promise<void> {
    await stopPainting(graceMs)
    await stopDelivering()
  }
  return {
    easel: facade(app, watch, () => stopping),
    db,
    register: courier => deliveries.register(courier),
    delivered: () => deliveries.idle(),
    async start() {
      if (db.exposed.length > 0)
        log.warn({ files: db.exposed }, 'others on this machine may read the data folder')
      await recover({ db, clock, log })
      deliveries.start()
      pool.start()
    },
    stopPainting,
    release: () => pool.release(),
    stopDelivering,
    drain,
    close: () => db.close(),
    async stop(graceMs) {
      await drain(graceMs)
      db.close()
    },
  }
}
