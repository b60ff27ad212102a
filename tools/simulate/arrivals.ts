/** Draws the jobs of a day from the stated distribution. */
import { dayMs, hourMs } from '../../src/common/durations.ts'
import { Chance } from './chance.ts'
import { dayCurve, workload } from './workload.ts'

export interface Arrival {
  readonly atMs: number
  /** From 0. */
  readonly person: number
  /** From 0. */
  readonly model: number
  readonly pictures: number
  readonly isRefined: boolean
}

export interface ArrivalOptions {
  people: number
  /** The mean over all people. */
  requestsPerPerson: number
  models: number
  seed: number
}

/** All jobs that a day brings, in the order of their arrival. The same seed gives the same day. */
export function arrivalsOf({ people, requestsPerPerson, models, seed }: ArrivalOptions): Arrival[] {
  const chance = new Chance(seed)
  const occasions = Array.from({ length: workload.bursts.perDay }, () => momentOfDay(chance))
  const activity = Array.from({ length: people }, () =>
    chance.pareto(workload.people.paretoAlpha, workload.people.paretoMax),
  )
  const perUnit = (people * requestsPerPerson) / activity.reduce((sum, each) => sum + each, 0)
  const modelShares = Array.from({ length: models }, (_, k) => (k + 1) ** -workload.models.zipfExponent)

  const arrivals: Arrival[] = []
  for (const [person, each] of activity.entries()) {
    const favourite = chance.index(modelShares)
    for (const atMs of requestTimes(chance, chance.rounded(each * perUnit), occasions)) {
      const isLoyal = chance.uniform() < workload.models.loyalty
      const model = isLoyal ? favourite : chance.index(modelShares)
      const isRefined = chance.uniform() < workload.refinedShare
      const pictures = oneOf(chance, workload.picturesPerJob)
      const jobs = oneOf(chance, workload.jobsPerRequest)
      const arrival = { atMs, person, model, pictures, isRefined }
      for (let i = 0; i < jobs; i++) arrivals.push(arrival)
    }
  }
  return arrivals.sort((a, b) => a.atMs - b.atMs)
}

/** The times of one person's requests, session by session. Those past the day's end come at its beginning. */
function requestTimes(chance: Chance, requests: number, occasions: readonly number[]): number[] {
  const { meanRequests, pauseMedianMs, pauseSigma } = workload.session
  const times: number[] = []
  while (times.length < requests) {
    let atMs = sessionStart(chance, occasions)
    const length = Math.min(requests - times.length, chance.geometric(meanRequests))
    for (let i = 0; i < length; i++) {
      times.push(atMs % dayMs)
      atMs += chance.logNormal(pauseMedianMs, pauseSigma)
    }
  }
  return times
}

function sessionStart(chance: Chance, occasions: readonly number[]): number {
  const { share, meanDelayMs } = workload.bursts
  if (chance.uniform() >= share) return momentOfDay(chance)
  const occasionMs = occasions[Math.floor(chance.uniform() * occasions.length)] ?? 0
  return occasionMs + chance.exponential(meanDelayMs)
}

function momentOfDay(chance: Chance): number {
  return (chance.index(dayCurve) + chance.uniform()) * hourMs
}

function oneOf(chance: Chance, values: readonly { value: number; share: number }[]): number {
  return values[chance.index(values.map(({ share }) => share))]?.value ?? 1
}
