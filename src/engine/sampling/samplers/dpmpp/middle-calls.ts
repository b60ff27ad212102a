/** The model calls of a rule that calls the U-Net at the start of each step and between its two levels. */
import type { NoiseLevels } from '../../noise/noise-levels.ts'
import { explodingLevel } from '../../preconditioning.ts'
import { twoCallFrame } from '../../two-calls.ts'

/** `middles`: the sigma of each second call. */
export function middleCalls(run: NoiseLevels, middles: readonly number[]) {
  const second = { timesteps: middles.map(run.timestepOf), levels: middles.map(explodingLevel) }
  return twoCallFrame(run, { timesteps: run.timesteps, levels: run.levels.slice(0, -1) }, second)
}
