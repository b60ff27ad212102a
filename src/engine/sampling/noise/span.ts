/** The range of a schedule's model calls to run: all, those for a strength, or one side of the split between two experts. */
import { roundHalfToEven } from '../arithmetic.ts'
import type { Sampler, SchedulerConfig } from '../sampler.ts'

/** The model calls from `first` up to but not including `end`; empty when both are equal. */
export interface Span {
  readonly first: number
  readonly end: number
}

export function wholeSpan(sampler: Sampler): Span {
  return { first: 0, end: sampler.timesteps.length }
}

/** Image to image: the last min(⌊steps · strength⌋, steps) steps. */
export function strengthSpan(sampler: Sampler, steps: number, strength: number): Span {
  const run = Math.min(Math.trunc(steps * strength), steps)
  return { first: Math.max(steps - run, 0) * sampler.order, end: sampler.timesteps.length }
}

/** Ensemble of experts, the Base's side: the first timesteps, at or above the fraction's cutoff. */
export function baseSpan(sampler: Sampler, config: SchedulerConfig, fraction: number): Span {
  const cutoff = cutoffTimestep(config, fraction)
  return { first: 0, end: sampler.timesteps.filter(t => t >= cutoff).length }
}

/**
 * Ensemble of experts, the Refiner's side: the timesteps below the cutoff. With two calls per step it starts at a
 * first call, so the two sides may overlap by one call.
 */
export function refinerSpan(sampler: Sampler, config: SchedulerConfig, fraction: number): Span {
  const cutoff = cutoffTimestep(config, fraction)
  const end = sampler.timesteps.length
  const below = sampler.timesteps.filter(t => t < cutoff).length
  const run = sampler.order === 2 && below % 2 === 0 ? below + 1 : below
  return { first: end - run, end }
}

function cutoffTimestep(config: SchedulerConfig, fraction: number): number {
  return roundHalfToEven(config.trainTimesteps - config.trainTimesteps * fraction)
}
