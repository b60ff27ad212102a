/** The simulation's own promises: days that can be had again, sums that hold, and known results where theory has them. */
import { describe, expect, test } from 'vitest'
import { dayMs, hourMs } from '../../src/common/durations.ts'
import { type Arrival, arrivalsOf } from '../../tools/simulate/arrivals.ts'
import { Chance } from '../../tools/simulate/chance.ts'
import { chartSvg } from '../../tools/simulate/charts.ts'
import { jainIndex } from '../../tools/simulate/day-record.ts'
import { measureGateway } from '../../tools/simulate/gateway/gateway.ts'
import { type SimulationOptions, toDayOptions } from '../../tools/simulate/options.ts'
import { playPart } from '../../tools/simulate/parts.ts'
import { policies } from '../../tools/simulate/policies.ts'
import { type Day, type DayOptions, playArrivals, simulateDay } from '../../tools/simulate/simulate-day.ts'
import { VirtualClock } from '../../tools/simulate/virtual-clock.ts'
import { defaultTimes } from '../../tools/simulate/workload.ts'

/** A small day: pictures take five times as long as usual, so that fewer of them make the same load. */
const small: DayOptions = {
  devices: 2,
  load: 0.55,
  requestsPerPerson: 6,
  models: 4,
  seed: 7,
  times: { stepMs: 7000, overheadMs: 14_000, exchangeMs: 40_000 },
  policy: policyNamed('easel'),
}

function policyNamed(name: string) {
  const policy = policies.find(each => each.name === name)
  if (!policy) throw new Error(`there is no policy ${name}`)
  return policy
}

function figuresOf({ record, totals, waiting, running, utilisation, people }: Day) {
  const { arrived, done, queueLengths, fairness } = record
  return {
    arrived,
    done,
    queueLengths,
    fairness,
    waits: record.waits(),
    totals,
    waiting,
    running,
    utilisation,
    people,
  }
}

test('the same seed gives the same day, another seed another', async () => {
  const day = figuresOf(await simulateDay(small))
  expect(figuresOf(await simulateDay(small))).toEqual(day)
  expect(figuresOf(await simulateDay({ ...small, seed: 8 }))).not.toEqual(day)
})

describe('whatever the policy', () => {
  test.each(policies)(
    '$name: what arrived is done, runs or waits, and a device is busy at most all day',
    async policy => {
      const { record, waiting, running, utilisation, arrivals } = await simulateDay({
        ...small,
        load: 1.1,
        policy,
      })
      expect(record.arrived).toBe(arrivals.length)
      expect(record.done + waiting + running).toBe(record.arrived)
      expect(waiting).toBeGreaterThan(0)
      expect(utilisation).toBeLessThanOrEqual(1)
    },
  )
})

test('rounds spare those who ask for little, grouping spares exchanges, and each costs what the other saves', async () => {
  const day = async (name: string) => simulateDay({ ...small, policy: policyNamed(name) })
  const [easel, ungrouped, firstCome, modelsFirst] = await Promise.all(
    ['easel', 'ungrouped', 'first-come', 'models-first'].map(day),
  )
  if (!easel || !ungrouped || !firstCome || !modelsFirst) throw new Error('unreachable')
  const lightP95Ms = ({ record }: Day) => record.waits({ atMost: 10 }).p95Ms
  expect(lightP95Ms(easel)).toBeLessThan(lightP95Ms(firstCome))
  expect(easel.record.fairness ?? 0).toBeGreaterThan((firstCome.record.fairness ?? 1) + 0.2)
  expect(easel.totals.exchanges).toBeLessThan(ungrouped.totals.exchanges)
  expect(modelsFirst.totals.exchanges).toBeLessThanOrEqual(easel.totals.exchanges)
})

test('first come, first served starts every job no sooner than the one before it', async () => {
  const { record } = await simulateDay({ ...small, devices: 1, policy: policyNamed('first-come') })
  expect(record.startedOutOfTurn).toBe(0)
  const rounds = await simulateDay({ ...small, devices: 1 })
  expect(rounds.record.startedOutOfTurn).toBeGreaterThan(0)
})

test('with random arrivals and equal jobs the mean wait is that of theory', async () => {
  const chance = new Chance(3)
  const times = { stepMs: 6000, overheadMs: 3000, exchangeMs: 0 }
  const jobMs = 3 * times.stepMs + times.overheadMs
  const load = 0.5
  const arrivals: Arrival[] = []
  for (let atMs = chance.exponential(jobMs / load); atMs < dayMs; atMs += chance.exponential(jobMs / load))
    arrivals.push({ atMs, person: arrivals.length, model: 0, pictures: 1, isRefined: false })
  const { record, utilisation } = await playArrivals(arrivals, arrivals.length, {
    ...small,
    devices: 1,
    times,
  })
  // Pollaczek and Khinchine for M/D/1: ρ S / 2 (1 - ρ). Two thousand jobs tell it to within a tenth.
  const expectedMs = (load * jobMs) / (2 * (1 - load))
  expect(record.waits().meanMs / expectedMs).toBeGreaterThan(0.85)
  expect(record.waits().meanMs / expectedMs).toBeLessThan(1.15)
  expect(utilisation).toBeCloseTo(load, 1)
})

test('a day has its quiet and its busy hours, and a few people ask for most of it', () => {
  const arrivals = arrivalsOf({ people: 2000, requestsPerPerson: 6, models: 4, seed: 1 })
  const inHours = (from: number, to: number) =>
    arrivals.filter(({ atMs }) => atMs >= from * hourMs && atMs < to * hourMs).length
  expect(inHours(14, 18)).toBeGreaterThan(3 * inHours(0, 4))
  const byPerson = new Map<number, number>()
  for (const { person } of arrivals) byPerson.set(person, (byPerson.get(person) ?? 0) + 1)
  const counts = [...byPerson.values()].sort((a, b) => b - a)
  const mostActive = counts.slice(0, 400).reduce((sum, count) => sum + count, 0)
  expect(mostActive / arrivals.length).toBeGreaterThan(0.5)
  expect(arrivals.length / 2000 / 6).toBeGreaterThan(1.6)
  expect(arrivals.every(({ atMs }, i) => atMs >= (arrivals[i - 1]?.atMs ?? 0) && atMs < dayMs)).toBe(true)
})

test('Jain’s index is 1 for equal shares and 1/n where one has all', () => {
  expect(jainIndex([3, 3, 3])).toBeCloseTo(1)
  expect(jainIndex([5, 0, 0, 0])).toBeCloseTo(0.25)
  expect(jainIndex([0, 0])).toBe(1)
})

test('virtual timers fire in the order of their time, none that was cancelled', async () => {
  const clock = new VirtualClock()
  const fired: string[] = []
  const chance = new Chance(1)
  const times = Array.from({ length: 500 }, () => Math.floor(chance.uniform() * 100))
  const cancels = times.map((ms, i) => clock.after(ms, () => fired.push(`${ms}:${i}`)))
  clock.after(50, () => clock.after(0, () => fired.push('50:later')))
  for (const cancel of cancels.slice(0, 100)) cancel()
  await clock.runUntil(99)
  const expected = times.flatMap((ms, i) => (i < 100 ? [] : [{ ms, i, name: `${ms}:${i}` }]))
  expected.push({ ms: 50, i: 501, name: '50:later' })
  expect(fired).toEqual(expected.sort((a, b) => a.ms - b.ms || a.i - b.i).map(({ name }) => name))
  expect(clock.monotonicMs()).toBe(99)
})

test('a part’s chart is the same text each time, and shows every day that was played', async () => {
  const quick = { ...small, times: { stepMs: 7000, overheadMs: 60_000, exchangeMs: 60_000 } }
  const [one, two] = [await playPart('policies', quick), await playPart('policies', quick)]
  expect(chartSvg(one.chart)).toBe(chartSvg(two.chart))
  for (const { name } of policies) expect(chartSvg(one.chart)).toContain(`>${name}</text>`)
  expect(one.section.rows).toHaveLength(policies.length)
})

test('the part that needs a Redis is played only where it is named', () => {
  const played = (only?: string[]) => {
    const checked = toDayOptions({ ...asGiven, ...(only && { only }) })
    return checked.kind === 'checked' ? checked.parts : []
  }
  expect(played()).toEqual(['day', 'policies', 'loads', 'devices', 'gateway'])
  expect(played(['remote-gateway'])).toEqual(['remote-gateway'])
})

test('a job costs the gateway statements by its messages, not by its steps', async () => {
  // Measured: 57. A look at each of thirty steps alone was 400, one at each message of progress 11.
  const { statementsPerJob } = await measureGateway({ devices: 2, jobs: 16, pictureBytes: 100, seed: 1 })
  expect(statementsPerJob).toBeLessThan(58)
})

const asGiven: SimulationOptions = {
  devices: 4,
  load: 0.5,
  requests: 6,
  models: 4,
  policy: 'easel',
  seed: 1,
  ...defaultTimes,
}

test.each<[Partial<SimulationOptions>, string]>([
  [{ devices: 0 }, 'devices is a whole number from 1 to 1000, not 0'],
  [{ devices: 1.5 }, 'devices is a whole number from 1 to 1000, not 1.5'],
  [{ load: Number.NaN }, 'load is from 0.01 to 2, not NaN'],
  [{ seed: -1 }, 'seed is a whole number from 0 to 4294967295, not -1'],
  [{ only: ['night'] }, 'no part night; there are day, policies, loads, devices, gateway, remote-gateway'],
  [{ policy: 'mine' }, 'no policy mine; there are easel, ungrouped, first-come, models-first, priority'],
])('%o is refused in one sentence', (wrong, problem) => {
  expect(toDayOptions({ ...asGiven, ...wrong })).toEqual({ kind: 'refused', problem })
})
