/** The frame of rules with two model calls per step. The calls alternate: first, second, first, second, …, then the remaining first ones. */
import { callFrame, type ModelCalls, type NoiseLevels } from './noise/noise-levels.ts'
import type { NoiseLevel } from './preconditioning.ts'
import type { Sampler } from './sampler.ts'

/** The first or the second call of each step. */
type CallsOfSteps = Omit<ModelCalls, 'order'>

/** Everything but the step, and the level at which each call evaluates the network. */
export function twoCallFrame(
  run: NoiseLevels,
  first: CallsOfSteps,
  second: CallsOfSteps,
): { frame: Omit<Sampler, 'step'>; evaluationLevels: readonly NoiseLevel[] } {
  const timesteps = interleaved(first.timesteps, second.timesteps)
  const levels = interleaved(first.levels, second.levels)
  const evaluationLevels = interleaved(
    first.evaluationLevels ?? first.levels,
    second.evaluationLevels ?? second.levels,
  )
  return { frame: callFrame(run, { order: 2, timesteps, levels, evaluationLevels }), evaluationLevels }
}

/** If the run ends at 0, the last step has no second call. */
function interleaved<T>(first: readonly T[], second: readonly T[]): T[] {
  return first.flatMap((value, k) => {
    const other = second[k]
    return other === undefined ? [value] : [value, other]
  })
}
