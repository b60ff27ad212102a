/** DPM++ 2M SDE with Heun's second-order method: diffusers' solver_type heun; the name is k-diffusion's and A1111's. */
import type { LevelSampler } from '../../sampler.ts'
import { dpmpp2mSde } from './dpmpp-2m-sde.ts'

export const dpmpp2mSdeHeun: LevelSampler = {
  ...dpmpp2mSde,
  name: 'dpmpp_2m_sde_heun',
  label: 'DPM++ 2M SDE Heun',
  rule: (run, options) => dpmpp2mSde.rule(run, { ...options, solver: 'heun' }),
}
