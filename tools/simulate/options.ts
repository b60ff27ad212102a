/** Checks the options of a simulation. */
import { partNames } from './parts.ts'
import { policies } from './policies.ts'
import type { DayOptions } from './simulate-day.ts'

export interface SimulationOptions {
  only?: string[]
  devices: number
  load: number
  requests: number
  models: number
  stepMs: number
  overheadMs: number
  exchangeMs: number
  policy: string
  seed: number
}

/** Days, and what a job costs the gateway. */
const usualParts = [...partNames, 'gateway'] as const
/** `remote-gateway` takes minutes of real time and a redis-server, so it is played only where it is named. */
export const simulatedParts = [...usualParts, 'remote-gateway'] as const
export type SimulatedPart = (typeof simulatedParts)[number]

/** Both ends are allowed. A longer step would be taken for a stall before the scheduler has seen how long steps are. */
export const bounds = {
  devices: { min: 1, max: 1000, isWhole: true },
  load: { min: 0.01, max: 2, isWhole: false },
  requests: { min: 1, max: 1000, isWhole: false },
  models: { min: 1, max: 100, isWhole: true },
  stepMs: { min: 1, max: 7000, isWhole: false },
  overheadMs: { min: 0, max: 100_000, isWhole: false },
  exchangeMs: { min: 0, max: 500_000, isWhole: false },
  seed: { min: 0, max: 2 ** 32 - 1, isWhole: true },
} as const

export type CheckedOptions =
  | { kind: 'checked'; parts: readonly SimulatedPart[]; options: DayOptions }
  | { kind: 'refused'; problem: string }

export function toDayOptions(given: SimulationOptions): CheckedOptions {
  for (const name of [
    'devices',
    'load',
    'requests',
    'models',
    'stepMs',
    'overheadMs',
    'exchangeMs',
    'seed',
  ] as const) {
    const { min, max, isWhole } = bounds[name]
    const value = given[name]
    if (!(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
      return refused(`${name} is ${isWhole ? 'a whole number ' : ''}from ${min} to ${max}, not ${value}`)
    }
  }
  const { only = [...usualParts], policy: policyName } = given
  const unknown = only.filter(name => !simulatedParts.some(part => part === name))
  if (unknown.length > 0) {
    return refused(`no part ${unknown.join(', ')}; there are ${simulatedParts.join(', ')}`)
  }
  const policy = policies.find(({ name }) => name === policyName)
  if (!policy) {
    return refused(`no policy ${policyName}; there are ${policies.map(({ name }) => name).join(', ')}`)
  }
  const { devices, load, requests, models, seed, stepMs, overheadMs, exchangeMs } = given
  const times = { stepMs, overheadMs, exchangeMs }
  return {
    kind: 'checked',
    parts: simulatedParts.filter(part => only.includes(part)),
    options: { devices, load, requestsPerPerson: requests, models, seed, times, policy },
  }
}

function refused(problem: string): CheckedOptions {
  return { kind: 'refused', problem }
}
