/**
 * What people ask for in a day: the stated distribution that arrivals are drawn from. The figures are assumptions, chosen to
 * be harder than a quiet server and documented in docs/scaling.md.
 */

/** A simulated day begins at this hour, the quietest, so that the evening's queue can end in it. */
export const firstHour = 5

/** Requests an hour, from the first hour on, relative to each other: busiest at nine in the evening. */
export const dayCurve = [
  1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5, 5, 5.5, 6, 7, 8, 9, 10, 10.5, 10, 8.5, 7, 5, 3.5, 2.5, 2,
] as const

export const workload = {
  /** People differ: how much each asks for follows a Pareto law, cut off at a hundred times the least. */
  people: { paretoAlpha: 1.3, paretoMax: 100 },
  /** People come for a session of several requests, with a pause for looking between two of them. */
  session: { meanRequests: 5, pauseMedianMs: 45_000, pauseSigma: 1 },
  /** A link, a contest, a stream: this share of the sessions begins right after one of the day's few occasions. */
  bursts: { perDay: 6, share: 0.15, meanDelayMs: 120_000 },
  /** A request is one job, or several at once (`{a, b}`, `--repeat`). */
  jobsPerRequest: [
    { value: 1, share: 0.8 },
    { value: 4, share: 0.15 },
    { value: 10, share: 0.05 },
  ],
  /** A job paints one picture, or a set. */
  picturesPerJob: [
    { value: 1, share: 0.8 },
    { value: 4, share: 0.2 },
  ],
  /** With the Refiner after the Base. */
  refinedShare: 0.2,
  /** The k-th model is asked for 1/k^s as often as the first; most people stay with one. */
  models: { zipfExponent: 1.2, loyalty: 0.8 },
} as const

/** What a device takes, in milliseconds. */
export interface DeviceTimes {
  /**
   * A step of one picture. One simulated step stands for ten of SDXL's: what is decided between steps is the same, with fewer
   * events.
   */
  stepMs: number
  /** Texts, decoding and encoding of one picture. */
  overheadMs: number
  /** The exchange of a model for another, a first load among them. */
  exchangeMs: number
}

/** Simulated steps of the Base, and of the Refiner after it. */
export const steps = { base: 3, refiner: 1 } as const

/** 6 s of steps at 1024 × 1024 px, 30 of 0.2 s, and 8 s for 7 GB of weights from a disk. */
export const defaultTimes: DeviceTimes = { stepMs: 2000, overheadMs: 1000, exchangeMs: 8000 }

/** The expected time of a job on a device that has its model. */
export function meanJobMs({ stepMs, overheadMs }: Pick<DeviceTimes, 'stepMs' | 'overheadMs'>): number {
  const meanSteps = steps.base + workload.refinedShare * steps.refiner
  return meanOf(workload.picturesPerJob) * (meanSteps * stepMs + overheadMs)
}

export function meanJobsPerRequest(): number {
  return meanOf(workload.jobsPerRequest)
}

function meanOf(values: readonly { value: number; share: number }[]): number {
  return values.reduce((sum, { value, share }) => sum + value * share, 0)
}
