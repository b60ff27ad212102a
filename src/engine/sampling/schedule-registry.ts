/** The registry of the schedules of k-diffusion and the UIs. A new schedule is one file and one line here. */

import type { SigmaSchedule } from './schedule.ts'
import { alignYourSteps, alignYourStepsA1111 } from './schedules/align-your-steps.ts'
import { beta } from './schedules/beta.ts'
import { betaComfyui } from './schedules/beta-comfyui.ts'
import { ddimUniform } from './schedules/ddim-uniform.ts'
import { exponential } from './schedules/exponential.ts'
import { karras } from './schedules/karras.ts'
import { klOptimal, klOptimalA1111 } from './schedules/kl-optimal.ts'
import { linearQuadratic } from './schedules/linear-quadratic.ts'
import { normal } from './schedules/normal.ts'
import { polyexponential } from './schedules/polyexponential.ts'
import { sgmUniform } from './schedules/sgm-uniform.ts'
import { simple } from './schedules/simple.ts'

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
