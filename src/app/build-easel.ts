/** Assembles the use cases over a data folder and devices, and starts and stops them in the right order. */

import { dayMs, hourMs } from '../common/durations.ts'
import type { Config } from '../config/config.ts'
import { Database } from '../db/database.ts'
import type { DeviceOpeners } from '../engine/jobs/devices/device.ts'
import { Pool } from '../engine/jobs/pool.ts'
import type { WorkOrder } from '../engine/work-order.ts'
import { guardedClock } from '../system/guarded-clock.ts'
import type { Clock, Ids, Logger, Random } from '../system/ports.ts'
import { neededMemoryOf } from './checks/needed-memory.ts'
import type { Courier } from './delivery/courier.ts'
import { Deliveries } from './delivery/deliveries.ts'
import type { Easel } from './easel.ts'
import { facade } from './facade.ts'
import type { AppParts, CheckPicture } from './parts.ts'
import { recover } from './recover.ts'
import { Retention } from './retention.ts'
import type { Catalogue } from './views/catalogue.ts'
import { JobViews } from './views/job-views.ts'
import { Thumbnails } from './views/thumbnails.ts'
import type { JobView } from './views/views.ts'
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
  /** Called when a device hangs and only a restart of the process helps. */
  onHung: (device: string) => void
  /** Called before every SQL statement; for tests. */
  beforeStatement?: (sql: unknown) => void
}

/** Easel with the operations that are reserved for the composition root. */
export interface BuiltEasel {
  easel: Easel
  /** Adds the courier that delivers the results of its platform. */
  register(courier: Courier): void
  /** Recovers the jobs of a dead process, then starts the pool and the deliveries. */
  start(): Promise<void>
  /**
   * Refuses new jobs, lets running jobs finish within `graceMs`, and returns the others to the queue. Reads still work.
   * Resolves to false if a worker hangs that only the end of the process can stop.
   */
  stopPainting(graceMs: number): Promise<boolean>
  /** Returns running jobs to the queue at once, without counting an attempt: the process is about to be killed. */
  release(): Promise<void>
  /** Resolves when the deliveries in progress have ended. The others wait for the next start. */
  stopDelivering(): Promise<void>
  /** `stopPainting`, then `stopDelivering`. */
  drain(graceMs: number): Promise<void>
  /** Closes the data folder. Call it after `drain`, when there are no more callers. */
  close(): void
  /** `drain` and `close`. */
  stop(graceMs: number): Promise<void>
  /** The pool's devices, which may join and leave at run time. */
  pool: Pick<Pool, 'addDevice' | 'removeDevice' | 'devices'>
  /** Resolves when no delivery is in progress. */
  delivered(): Promise<void>
  db: Database
}

/** Opens the data folder and assembles the use cases. @throws as Database.open. */
export function buildEasel(given: EaselParts): BuiltEasel {
  const { app, watch, deliveries, retention, pool } = assemble(given)
  const { db, clock, log } = app
  let stopping = false
  async function stopPainting(graceMs: number): Promise<boolean> {
    stopping = true
    return pool.stop(graceMs)
  }
  async function stopDelivering(): Promise<void> {
    await retention.end()
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
    pool,
    register: courier => deliveries.register(courier),
    delivered: () => deliveries.idle(),
    async start() {
      if (db.exposed.length > 0)
        log.warn({ files: db.exposed }, 'others on this machine may read the data folder')
      await recover({ db, clock, log })
      deliveries.start()
      pool.start()
      retention.start()
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

/** The parts of the use cases. Nothing runs yet. */
function assemble(given: EaselParts) {
  const parts = { ...given, clock: guardedClock(given.clock, given.log) }
  const { config, clock, random, log } = parts
  const onUnreadable = (jobId: string, problem: string) =>
    log.error({ jobId, problem }, 'the record of a job cannot be read')
  const countMemory = (order: WorkOrder) => neededMemoryOf(order, parts.catalogue)
  const db = Database.open({ ...parts, dataDir: config.dataDir, onUnreadable, countMemory })
  const pool = new Pool({
    ...parts,
    store: db.jobStore,
    isClosed: config.redis.url === '',
    maxWaitMs: config.limits.maxWaitHours * hourMs,
    onChange: change => (change.kind === 'state' ? onJobChange(change.jobId) : watch.onChange(change)),
  })
  const views = new JobViews(db, pool)
  const deliveries = new Deliveries({ db, views, clock, random, log, notify: config.notify })
  const watch = new Watch({ views, pool, clock, log })
  watch.add({ onChange: job => deliveries.onProgress(job) })
  const onJobChange = stateChanges({ views, deliveries, watch })
  const thumbnails = new Thumbnails(file => db.files.read(file))
  const app: AppParts = { ...parts, db, pool, views, thumbnails, deliveries, changed: onJobChange }
  return { app, watch, deliveries, pool, retention: new Retention(app, config.limits.keepDays * dayMs) }
}

/** Notifies watchers and deliveries of a job's new state. The job is read once for both. */
function stateChanges({
  views,
  deliveries,
  watch,
}: Pick<AppParts, 'views' | 'deliveries'> & { watch: Watch }) {
  return (jobId: string): JobView | undefined => {
    let job: JobView | undefined
    try {
      job = views.job(jobId)
    } finally {
      deliveries.wake(jobId, job)
    }
    watch.onStateChange(jobId, job)
    return job
  }
}
