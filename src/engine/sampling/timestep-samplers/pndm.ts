/**
 * PNDM, its linear multistep part (PLMS). Matches diffusers' PNDMScheduler with skip_prk_steps; Liu et al. 2022,
 * equations 9 and 12. The second timestep is used twice: the first step is repeated with the mean of two slopes.
 * Limits: no Runge-Kutta warm-up. A run with a late start repeats the step of its second call in the same way, at its own
 * timesteps, as the reference does.
 */
import { at, combine } from '../arithmetic.ts'
import type { NoiseLevel } from '../preconditioning.ts'
import type { TimestepSampler } from '../sampler.ts'
import { trainingFrame, trainingPreconditioning, trainingSteps } from './training-steps.ts'

/** Adams-Bashforth weights for 1 to 4 slopes, newest first. */
const weights = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]]

export const pndm: TimestepSampler = {
  name: 'pndm',
  label: 'PNDM',
  diffusersClass: 'PNDMScheduler',
  sigmas: [],
  create(config, steps) {
    const network = trainingPreconditioning(config)
    const { timesteps: visited, stride, level } = trainingSteps(config, steps)
    const timesteps = [...visited.slice(0, 2), ...visited.slice(1)]
    /** The U-Net's last outputs, newest first, without the repeated call's. */
    let outputs: Float32Array[] = []
    let calls = 0
    let start: Float32Array | undefined
    return {
      ...trainingFrame(network, timesteps, timesteps.map(level)),
      step(output, i, latents) {
        const isRepeat = calls++ === 1
        const t = at(timesteps, i)
        const from = level(isRepeat ? t + stride : t)
        const to = level(isRepeat ? t : t - stride)
        const origin = isRepeat ? (start ?? latents) : latents

        let slope: Float32Array
        if (isRepeat) {
          slope = combine([0.5, output], [0.5, outputs[0] ?? output])
        } else {
          outputs = [output, ...outputs].slice(0, 4)
          const w = weights[outputs.length - 1] ?? []
          slope = combine(...outputs.map((one, back) => [w[back] ?? 0, one] as const))
          start = latents
        }
        const noise = network.noise(slope, from, origin)
        return {
          latents: transfer(from, to, origin, noise),
          predictedClean: network.clean(slope, from, origin),
        }
      },
    }
  },
}

/** Equation 9: the step from one level to another along a noise estimate. */
function transfer(
  from: NoiseLevel,
  to: NoiseLevel,
  latents: Float32Array,
  noise: Float32Array,
): Float32Array {
  const divisor = from.alpha ** 2 * to.sigma + from.alpha * from.sigma * to.alpha
  return combine([to.alpha / from.alpha, latents], [-(to.alpha ** 2 - from.alpha ** 2) / divisor, noise])
}
