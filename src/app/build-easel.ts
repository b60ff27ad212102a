/** Puts the use cases together over a data folder and devices, and starts and stops them in the right order. */
import type { Config } from '../config.ts'
import { Database } from '../db/database.ts'
import type { WorkerHost } from '../engine/host/worker-host.ts'
import { Pool, type PoolChange } from '../engine/jobs/pool.ts'
import { samplerChoices, samplerName } from '../engine/sampling/sampler-names.ts'
import type { Clock, Ids, Logger, Random } from '../ports.ts'
import { act } from './act.ts'
import { type Catalogue, defaultsOf } from './catalogue.ts'
import type { Courier } from './courier.ts'
import { Deliver } from './deliver.ts'
import { hourMs } from './durations.ts'
import type { Easel } from './easel.ts'
import { JobViews } from './job-views.ts'
import type { AppParts, CheckPicture } from './parts.ts'
import { isSamePerson } from './people.ts'
import { problem } from './problems.ts'
import { usageOf } from './quota.ts'
import { recover } from './recover.ts'
import { forget } from './remove.ts'
import { settingsProblems } from './settings.ts'
import { maySeeStats, statsOf } from './stats.ts'
import { submit } from './submit.ts'
import { nameable } from './text-limits.ts'
import type { ModelView } from './views.ts'
import { Watch } from './watch.ts'

export interface EaselParts {
  config: Config
  catalogue: Catalogue
  devices: { name: string; openHost: () => WorkerHost }[]
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
  /** Refuses what is new, lets running jobs finish for `graceMs`, gives the rest back. Questions are still answered. */
  stopPainting(graceMs: number): Promise<void>
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

/** Opens the data folder: throws AppError 'data-folder-owned', 'data-folder-read-only', 'database-newer', 'database-lost' or 'storage'. */
export function buildEasel(parts: EaselParts): BuiltEasel {
  const { config, clock, random, log } = parts
  const db = Database.open({ ...parts, dataDir: config.dataDir })
  const pool = new Pool({
    ...parts,
    store: db,
    maxWaitMs: config.limits.maxWaitHours * hourMs,
    onChange: change => onChange(change),
  })
  const views = new JobViews(db, pool)
  const deliver = new Deliver({ db, views, clock, random, log })
  const watch = new Watch({ views, pool, clock, log })
  watch.add(job => deliver.progressed(job))
  const changed = (jobId: string) => onChange({ kind: 'state', jobId })
  const app: AppParts = { ...parts, db, pool, views, deliver, changed }

  function onChange(change: PoolChange): void {
    if (change.kind === 'state') deliver.nudge(change.jobId)
    watch.changed(change)
  }

  let stopping = false
  async function stopPainting(graceMs: number): Promise<void> {
    stopping = true
    await pool.stop(graceMs)
  }
  async function stopDelivering(): Promise<void> {
    await deliver.stop()
    watch.end()
  }
  async function drain(graceMs: number): Promise<void> {
    await stopPainting(graceMs)
    await stopDelivering()
  }
  return {
    easel: facade(app, watch, () => stopping),
    db,
    register: courier => deliver.register(courier),
    delivered: () => deliver.idle(),
    async start() {
      if (db.exposed.length > 0)
        log.warn({ files: db.exposed }, 'others on this machine may read the data folder')
      await recover({ db, clock, log })
      deliver.start()
      pool.start()
    },
    stopPainting,
    stopDelivering,
    drain,
    close: () => db.close(),
    async stop(graceMs) {
      await drain(graceMs)
      db.close()
    },
  }
}

function facade(app: AppParts, watch: Watch, isStopping: () => boolean): Easel {
  const { config, db, views, pool, clock } = app
  const refusedForStop = () => ({ kind: 'refused' as const, problems: [problem('shutting-down', {})] })
  return {
    async imagine(request, caller, options) {
      if (isStopping()) return refusedForStop()
      const settings = db.people.settings(caller.person)
      const confirmed = options?.confirmed ?? false
      return submit(app, { request, confirmed, action: 'imagine', settings }, caller)
    },
    async act(action, caller) {
      return isStopping() ? refusedForStop() : act(app, action, caller)
    },

    job: jobId => views.job(jobId),
    picture: pictureId => views.picture(db.pictures.get(pictureId)),
    pictureByHash: hash => views.picture(db.pictures.madeWithHash(hash)),
    async pictureBytes(pictureId) {
      const picture = db.pictures.get(pictureId)
      return picture && db.files.read(picture.file)
    },
    jobsIn: (conversation, limit) => views.ofRecords(db.jobs.inChannel(conversation, limit)),
    queue(person) {
      const running = new Set(pool.running())
      const jobs = views.jobs([...running, ...pool.order().filter(id => !running.has(id))])
      return person ? jobs.filter(job => isSamePerson(job.author, person)) : jobs
    },

    models: () => app.catalogue.models.map(model => modelView(config, model)),
    samplers: () => samplerChoices().map(samplerName),
    styles: () => config.styles.map(style => style.name),
    settings: person => db.people.settings(person),
    async saveSettings(person, settings) {
      const problems = settingsProblems(settings, app.catalogue.models, config.limits)
      if (problems.length > 0) return { kind: 'refused', problems }
      await db.write(() => db.people.saveSettings(db.people.upsert(nameable(person)), settings))
      return { kind: 'saved' }
    },
    usage: person => usageOf(db, config.limits, db.people.find(person), clock.now()),
    stats(period, caller) {
      const sees = maySeeStats(config, caller)
      if (sees === 'nothing') return { kind: 'refused', problems: [problem('admins-only', {})] }
      const space = sees === 'space' ? caller.person : undefined
      return { kind: 'stats', stats: statsOf(db, period, space) }
    },
    forget: person => forget(app, person),
    watch: onChange => watch.add(onChange),
  }
}

function modelView(config: Config, model: Catalogue['models'][number]): ModelView {
  const { widthPx, heightPx, sampler, steps, guidance } = defaultsOf(model, config)
  return {
    name: model.name,
    hash: model.hash,
    hasRefiner: model.refiner !== undefined,
    isDefault: model.name === config.defaultModel,
    defaultSize: { widthPx, heightPx },
    sizeStepPx: model.sizeStepPx,
    defaultSampler: sampler,
    defaultSteps: steps,
    defaultGuidance: guidance,
    note: config.models[model.name]?.note,
  }
}
