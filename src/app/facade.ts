/** Implements the facade over the use cases. Every read of a job or a picture goes through visible.ts. */
import type { Config } from '../config/config.ts'
import { samplerChoices, samplerName } from '../engine/sampling/sampler-names.ts'
import { schedules } from '../engine/sampling/schedule-registry.ts'
import type { Viewer } from './access/access-rules.ts'
import {
  isVisible,
  type MadePicture,
  removedJob,
  usablePicture,
  visibleByHash,
  visibleHere,
  visibleJob,
  visiblePicture,
} from './access/visible.ts'
import { act, remixStart } from './act.ts'
import { withShortName } from './checks/text-limits.ts'
import { deletionStatus, deliveryNotices, deliveryStatus } from './delivery/delivery-status.ts'
import { recordReply } from './delivery/ephemeral-replies.ts'
import type { Easel } from './easel.ts'
import { forget } from './forget.ts'
import type { AppParts } from './parts.ts'
import { pending, pendingFiles, savePending } from './pending.ts'
import type { Person } from './people/people.ts'
import { usageOf } from './people/quota.ts'
import { settingsProblems } from './people/settings.ts'
import { problem } from './problems.ts'
import { cancelUnopened, deletionProblem } from './remove.ts'
import { submit } from './submit.ts'
import { type Catalogue, defaultsOf, filesOf, namesOf } from './views/catalogue.ts'
import { deviceViews } from './views/device-views.ts'
import { readForeignPicture } from './views/foreign-picture.ts'
import { show } from './views/show.ts'
import { configName, maySeeStats, statsOf } from './views/stats.ts'
import type { JobView, ModelView, PersonSettings, QueueEntry } from './views/views.ts'
import type { Watch } from './views/watch.ts'

export function facade(app: AppParts, watch: Watch, isStopping: () => boolean): Easel {
  return {
    ...requests(app, isStopping),
    ...pictures(app),
    ...deliveries(app),
    ...queues(app),
    ...catalogue(app),
    ...people(app),
    ...statistics(app),
    ...watching(app, watch),
  }
}

/** The operations on requests. */
function requests(
  app: AppParts,
  isStopping: () => boolean,
): Pick<Easel, 'imagine' | 'act' | 'cancelUnopened' | 'deletionProblem'> {
  const refusedForStop = () => ({ kind: 'refused' as const, problems: [problem('shutting-down', {})] })
  return {
    async imagine(request, caller, options) {
      if (isStopping()) return refusedForStop()
      const settings = app.db.people.settings(caller.person)
      const confirmed = options?.confirmed ?? false
      return submit(app, { request, confirmed, action: 'imagine', settings }, caller)
    },
    async act(action, caller) {
      return isStopping() ? refusedForStop() : act(app, action, caller)
    },
    async cancelUnopened(jobId, caller) {
      return isStopping() ? refusedForStop() : cancelUnopened(app, jobId, caller)
    },
    deletionProblem: (jobId, caller) => deletionProblem(app, jobId, caller),
  }
}

/** Jobs and pictures, as far as a viewer may see them. */
function pictures(
  app: AppParts,
): Pick<
  Easel,
  | 'job'
  | 'picture'
  | 'remixStart'
  | 'pictureByHash'
  | 'pictureBytes'
  | 'pictureStream'
  | 'thumbnail'
  | 'foreignPicture'
> {
  const { db, views } = app
  const withJob = (found: MadePicture | undefined) => found && views.pictureWithJob(found)
  return {
    job(jobId, viewer) {
      const job = visibleJob(db, viewer, jobId)
      return job && views.ofRecord(job)
    },
    picture: (pictureId, viewer) => withJob(visiblePicture(db, viewer, pictureId)),
    remixStart: (pictureId, viewer) => remixStart(app, pictureId, viewer),
    pictureByHash: (hash, viewer) => withJob(visibleByHash(db, viewer, hash)),
    async pictureBytes(pictureId, viewer) {
      const picture = usablePicture(db, viewer, pictureId)
      return picture && db.files.read(picture.file)
    },
    async pictureStream(pictureId, viewer) {
      const picture = usablePicture(db, viewer, pictureId)
      return picture && db.files.stream(picture.file)
    },
    async thumbnail(pictureId, sidePx, viewer) {
      const visible = () => visiblePicture(db, viewer, pictureId)?.picture
      const picture = visible()
      const thumbnail = picture && (await app.thumbnails.of(picture.file, sidePx))
      // The picture may have been deleted while its thumbnail was made.
      return visible() && thumbnail
    },
    foreignPicture: bytes => readForeignPicture(bytes, app.catalogue),
  }
}

/** The states of messages with results, and of their deletion. */
function deliveries(
  app: AppParts,
): Pick<Easel, 'show' | 'deliveryStatus' | 'deletionStatus' | 'recordReply' | 'notices'> {
  const { db, views, clock } = app
  return {
    show: (id, caller) => show(app, id, caller),
    async deliveryStatus(deliveryId, viewer, timeoutMs) {
      const status = () => deliveryStatus(db, deliveryId, viewer)
      await app.deliveries.until(() => status().kind !== 'underway', timeoutMs)
      return status()
    },
    async deletionStatus(jobIds, timeoutMs) {
      const status = () => deletionStatus(db, jobIds)
      await app.deliveries.until(() => status().underway === 0, timeoutMs)
      return status()
    },
    recordReply: reply => db.write(() => recordReply(db, clock, reply)),
    notices: person => deliveryNotices(db, views, person),
  }
}

/** Lists of jobs. */
function queues(app: AppParts): Pick<Easel, 'jobsHere' | 'queue' | 'ownQueue' | 'ownDone' | 'queueLength'> {
  const { db, views, pool } = app
  return {
    jobsHere: (viewer, limit) => views.ofRecords(visibleHere(db, viewer, limit)),
    queue: (viewer, limit) => firstInLine(app, limit).map(job => entryOf(app, viewer, job)),
    ownQueue(person, limit) {
      const people = db.people.ofAccount(person)
      return {
        jobs: views.ofRecords(db.openJobs.first(people, limit)),
        count: db.openJobs.count(people),
      }
    },
    ownDone: (person, limit) => views.ofRecords(db.jobs.doneOf(db.people.ofAccount(person), limit)),
    queueLength: () => ({ running: pool.running().length, waiting: pool.waiting }),
  }
}

/** The lists of models, files and settings. */
function catalogue({
  config,
  catalogue,
}: AppParts): Pick<Easel, 'models' | 'samplers' | 'schedules' | 'styles' | 'fileNames'> {
  return {
    models: () => catalogue.models.map(model => modelView(config, model)),
    samplers: () => samplerChoices().map(samplerName),
    schedules: () => schedules.map(({ name }) => name),
    styles: () => config.styles.map(style => style.name),
    fileNames: kind => namesOf(filesOf(catalogue, kind)),
  }
}

/** The stored data of a person. */
function people(
  app: AppParts,
): Pick<
  Easel,
  'settings' | 'saveSettings' | 'setNotify' | 'usage' | 'savePending' | 'pending' | 'pendingFiles' | 'forget'
> {
  const { config, db, clock } = app
  /** Reads in the transaction that writes, so that data deleted in the meantime does not return. */
  const changeSettings = (person: Person, change: (settings: PersonSettings) => PersonSettings) =>
    db.write(() => {
      const changed = change(db.people.settings(person))
      db.people.saveSettings(db.people.upsert(withShortName(person)), changed)
    })
  return {
    settings: person => db.people.settings(person),
    async saveSettings(person, settings) {
      const problems = settingsProblems(settings, app.catalogue.models, config.limits)
      if (problems.length > 0) return { kind: 'refused', problems }
      // The settings form has no field for it.
      await changeSettings(person, ({ notify }) => ({ ...settings, notify: settings.notify ?? notify }))
      return { kind: 'saved' }
    },
    setNotify: (person, notify) => changeSettings(person, settings => ({ ...settings, notify })),
    usage: person => usageOf(db, config.limits, person, clock.now()),
    savePending: asked => savePending(app, asked),
    pending: (id, person) => pending(app, id, person),
    pendingFiles: (id, person) => pendingFiles(app, id, person),
    forget: person => forget(app, person),
  }
}

/** Statistics, for viewers who may see them. */
function statistics(app: AppParts): Pick<Easel, 'seesStats' | 'stats'> {
  const { config, db } = app
  return {
    seesStats: viewer => maySeeStats(config, viewer) !== 'nothing',
    stats(period, caller) {
      const { person } = caller
      const sees = maySeeStats(config, caller)
      if (sees === 'nothing') {
        return { kind: 'refused', problems: [problem('admins-only', { name: configName(person) })] }
      }
      if (sees === 'space') return { kind: 'stats', stats: statsOf(db, period, person) }
      return { kind: 'stats', stats: { ...statsOf(db, period), devices: deviceViews(app) } }
    },
  }
}

/** Notifications of changes. */
function watching({ db }: AppParts, watch: Watch): Pick<Easel, 'watch' | 'watchQueueLength'> {
  return {
    watch: (viewer, onChange, onGone = () => {}) =>
      watch.add({
        onChange: job => {
          if (isVisible(db, viewer, job)) onChange(job)
        },
        onGone: jobId => {
          if (removedJob(db, viewer, jobId)) onGone(jobId)
        },
      }),
    watchQueueLength: onChange => watch.add({ onChange: () => onChange() }),
  }
}

/** Running jobs, then queued ones. The queue may hold 10,000 jobs, so views are made only for the entries shown. */
function firstInLine({ views, pool }: AppParts, limit: number): JobView[] {
  return views.jobs([...pool.running(), ...pool.order(limit)].slice(0, limit))
}

function entryOf({ db }: AppParts, viewer: Viewer, job: JobView): QueueEntry {
  if (isVisible(db, viewer, job)) return { kind: 'visible', job }
  return { kind: 'hidden', state: job.state === 'running' ? 'running' : 'queued' }
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
