/**
 * The betas of the training noise, one per timestep, as a model's file names their growth:
 *
 *   linear             β from β_start to β_end (Ho et al. 2020)
 *   scaled_linear      √β from √β_start to √β_end (latent diffusion, Rombach et al. 2022)
 *   squaredcos_cap_v2  β_t = 1 - ᾱ(t + 1)/ᾱ(t), at most 0.999, with ᾱ(t) = cos²(π/2·(t/T + 0.008)/1.008)
 *                      (Nichol and Dhariwal 2021, section 3.2)
 */
import { linspace } from '../arithmetic.ts'
import type { SchedulerConfig } from '../sampler.ts'

const f = Math.fround

/** In float64, as ComfyUI computes them. */
export function trainingBetas({
  betaSchedule,
  betaStart,
  betaEnd,
  trainTimesteps,
}: SchedulerConfig): number[] {
  switch (betaSchedule) {
    case 'linear':
      return linspace(betaStart, betaEnd, trainTimesteps)
    case 'scaled_linear':
      return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainTimesteps).map(root => root ** 2)
    case 'squaredcos_cap_v2':
      return cosineBetas(trainTimesteps)
  }
}

/** In float32, as diffusers computes them. */
export function trainingBetas32(config: SchedulerConfig): Float32Array {
  const { betaSchedule, betaStart, betaEnd, trainTimesteps } = config
  switch (betaSchedule) {
    case 'linear':
      return linspace32(betaStart, betaEnd, trainTimesteps)
    case 'scaled_linear':
      return linspace32(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainTimesteps).map(root => root * root)
    case 'squaredcos_cap_v2':
      return Float32Array.from(cosineBetas(trainTimesteps))
  }
}

const offset = 0.008
const maxBeta = 0.999

function cosineBetas(total: number): number[] {
  const alphaCumulated = (t: number) => Math.cos((((t / total + offset) / (1 + offset)) * Math.PI) / 2) ** 2
  return Array.from({ length: total }, (_, t) =>
    Math.min(1 - alphaCumulated(t + 1) / alphaCumulated(t), maxBeta),
  )
}

/** torch's float32 linspace: the second half counts back from the end, with fused multiply-adds. */
function linspace32(start: number, end: number, count: number): Float32Array {
  const step = f(f(f(end) - f(start)) / (count - 1))
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? f(start) + step * i : f(end) - step * (count - 1 - i),
  )
}
