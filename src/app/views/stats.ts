/** Statistics over a period, computed from the jobs' records. */

import { groupBy } from '../../common/collections/group-by.ts'
import type { Config } from '../../config/config.ts'
import type { JobFigures, JobsTable } from '../../db/repositories/jobs/jobs.ts'
import type { Viewer } from '../access/access-rules.ts'
import type { Person } from '../people/people.ts'
import type { StatsRow, StatsTotals, StatsView } from './views.ts'

const slices = 24

/** Admins of a space see that space; those whom the configuration names, there or in any (`*`), see everything. */
export function maySeeStats(
  config: Pick<Config, 'admins'>,
  viewer: Viewer,
): 'nothing' | 'space' | 'everything' {
  const { person, rights } = viewer
  const names = [person, { ...person, spaceId: '*' }].map(configName)
  if (names.some(name => config.admins.includes(name))) return 'everything'
  return rights.admin ? 'space' : 'nothing'
}

export function statsOf(
  db: { jobs: Pick<JobsTable, 'figures'> },
  period: { fromMs: number; toMs: number },
  space?: { platform: string; spaceId: string },
): StatsView {
  const jobs = db.jobs.figures(period.fromMs, period.toMs, space)
  const started = jobs.filter(job => job.startedAt !== null)
  return {
    ...period,
    ...totalsOf(jobs),
    people: new Set(jobs.map(job => job.personId)).size,
    cancelled: jobs.filter(job => job.state === 'cancelled').length,
    waitMs: percentiles(started.map(job => Math.max(0, (job.startedAt ?? 0) - job.createdAt))),
    runMs: percentiles(jobs.filter(job => job.state === 'done').map(job => job.runMs)),
    byPerson: rowsBy(
      jobs,
      job => String(job.personId),
      job => job.person,
    ),
    byModel: rowsBy(
      jobs.filter(job => !isUpscale(job)),
      job => job.model,
    ),
    upscales: totalsOf(jobs.filter(isUpscale)),
    byDevice: rowsBy(started, job => job.device ?? ''),
    timeline: timelineOf(jobs, period),
  }
}

/** The person's name in the format of the configuration's `admins`. */
export function configName({ platform, spaceId, userId }: Person): string {
  return `${platform}:${spaceId}:${userId}`
}

function totalsOf(jobs: readonly JobFigures[]): StatsTotals {
  const done = jobs.filter(job => job.state === 'done')
  return {
    jobs: jobs.length,
    pictures: done.reduce((sum, job) => sum + job.pictures, 0),
    failures: jobs.filter(isFailure).length,
    gpuSeconds: jobs.reduce((sum, job) => sum + job.runMs, 0) / 1000,
  }
}

/** The rows are in descending order of jobs. */
function rowsBy(
  jobs: readonly JobFigures[],
  keyOf: (job: JobFigures) => string,
  nameOf: (job: JobFigures) => string = keyOf,
): StatsRow[] {
  return [...groupBy(jobs, keyOf).values()]
    .map(group => ({ name: group[0] ? nameOf(group[0]) : '', ...totalsOf(group) }))
    .sort((a, b) => b.jobs - a.jobs)
}

function timelineOf(jobs: readonly JobFigures[], { fromMs, toMs }: { fromMs: number; toMs: number }) {
  const sliceMs = (toMs - fromMs) / slices
  const timeline = Array.from({ length: slices }, (_, i) => ({
    fromMs: fromMs + i * sliceMs,
    jobs: 0,
    failures: 0,
  }))
  for (const job of jobs) {
    const slice = timeline[Math.min(slices - 1, Math.floor((job.createdAt - fromMs) / sliceMs))]
    if (!slice) continue
    slice.jobs += 1
    if (isFailure(job)) slice.failures += 1
  }
  return timeline
}

function isUpscale({ model }: JobFigures): boolean {
  return model === ''
}

function isFailure(job: JobFigures): boolean {
  return job.state === 'failed' || job.state === 'dead' || job.state === 'expired'
}

/** The percentiles by nearest rank; zeros for an empty list. */
function percentiles(values: readonly number[]): { p50: number; p95: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (fraction: number) => sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}
