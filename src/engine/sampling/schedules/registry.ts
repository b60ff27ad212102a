/** The registry of the schedules of k-diffusion and the UIs. A new schedule is one file and one line here. */
import { alignYourSteps, alignYourStepsA1111 } from './align-your-steps.ts'
import { beta } from './beta.ts'
import { betaComfyui } from './beta-comfyui.ts'
import { ddimUniform } from './ddim-uniform.ts'
import { exponential } from './exponential.ts'
import { karras } from './karras.ts'
import { klOptimal, klOptimalA1111 } from './kl-optimal.ts'
import { linearQuadratic } from './linear-quadratic.ts'
import { normal } from './normal.ts'
import { polyexponential } from './polyexponential.ts'
import type { SigmaSchedule } from './schedule.ts'
import { sgmUniform } from './sgm-uniform.ts'
import { simple } from './simple.ts'

export const schedules: readonly SigmaSchedule[] = [
  normal,
  sgmUniform,
  simple,
  ddimUniform,
  karras,
  exponential,
  polyexponential,
  beta,
  betaComfyui,
  klOptimal,
  klOptimalA1111,
  alignYourSteps,
  alignYourStepsA1111,
  linearQuadratic,
]
