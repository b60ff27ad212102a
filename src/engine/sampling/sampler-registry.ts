/** The registry of samplers. A new sampler is one file and one line here. */

import type { SamplerKind } from './sampler.ts'
import { deis } from './samplers/deis.ts'
import { deisTab } from './samplers/deis-tab.ts'
import { dpm2 } from './samplers/dpm2.ts'
import { dpm2Ancestral } from './samplers/dpm2-ancestral.ts'
import { dpmpp2m } from './samplers/dpmpp/dpmpp-2m.ts'
import { dpmpp2mSde } from './samplers/dpmpp/dpmpp-2m-sde.ts'
import { dpmpp2mSdeHeun } from './samplers/dpmpp/dpmpp-2m-sde-heun.ts'
import { dpmpp2sAncestral } from './samplers/dpmpp/dpmpp-2s-ancestral.ts'
import { dpmpp3m } from './samplers/dpmpp/dpmpp-3m.ts'
import { dpmpp3mSde } from './samplers/dpmpp/dpmpp-3m-sde.ts'
import { dpmppSde } from './samplers/dpmpp/dpmpp-sde.ts'
import { dpmppSinglestep } from './samplers/dpmpp/dpmpp-singlestep.ts'
import { euler } from './samplers/euler.ts'
import { eulerAncestral } from './samplers/euler-ancestral.ts'
import { heun } from './samplers/heun.ts'
import { lms } from './samplers/lms.ts'
import { unipc, unipcBh1, unipcBh2 } from './samplers/unipc.ts'
import { ddim } from './timestep-samplers/ddim.ts'
import { ddpm } from './timestep-samplers/ddpm.ts'
import { lcm } from './timestep-samplers/lcm.ts'
import { pndm } from './timestep-samplers/pndm.ts'
import { tcd } from './timestep-samplers/tcd.ts'

export const samplerKinds: readonly SamplerKind[] = [
  euler,
  eulerAncestral,
  heun,
  lms,
  dpm2,
  dpm2Ancestral,
  dpmpp2m,
  dpmpp2mSde,
  dpmpp2mSdeHeun,
  dpmpp3m,
  dpmpp3mSde,
  dpmppSde,
  dpmpp2sAncestral,
  dpmppSinglestep,
  unipc,
  unipcBh1,
  unipcBh2,
  deis,
  deisTab,
  ddim,
  ddpm,
  pndm,
  lcm,
  tcd,
]
