/** The dependencies of the use cases: one set, built once and passed to each. */
import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import type { Pool } from '../engine/jobs/pool.ts'
import type { Clock, Ids, Logger, Random } from '../system/ports.ts'
import type { Deliveries } from './delivery/deliveries.ts'
import type { Catalogue } from './views/catalogue.ts'
import type { JobViews } from './views/job-views.ts'
import type { Thumbnails } from './views/thumbnails.ts'
import type { JobView } from './views/views.ts'

/** A person's picture that passed the checks: it was decoded once, so it is known to be a picture. */
export interface CheckedPicture {
  bytes: Uint8Array
  mediaType: string
  widthPx: number
  heightPx: number
  /** The original size, if the picture was too large and was scaled down. */
  shrunkFrom?: { widthPx: number; heightPx: number }
}

/** Checks and decodes a person's picture. @throws AppError 'picture-unusable' when it is refused. */
export type CheckPicture = (bytes: Uint8Array) => Promise<CheckedPicture>

export interface AppParts {
  config: Config
  catalogue: Catalogue
  checkPicture: CheckPicture
  db: Database
  pool: Pool
  views: JobViews
  thumbnails: Thumbnails
  deliveries: Deliveries
  /**
   * Must be called after every commit that changed a job: it notifies watchers and deliveries, and returns the view that they got.
   */
  changed: (jobId: string) => JobView | undefined
  clock: Clock
  ids: Ids
  random: Random
  log: Logger
}
