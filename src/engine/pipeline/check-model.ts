/** Checks whether a model could be opened, without the runtime: for every model at start, on the main thread. */
import type { FileRecord } from '../models/file-record.ts'
import type { ExpertParts } from '../models/record.ts'
import {
  needInUNet,
  needOfControlNet,
  needsOf,
  needsOfIpAdapter,
  needsOfVae,
} from '../networks/memory/network-needs.ts'
import type { NetworkNeed } from '../networks/memory/working-memory.ts'
import { planNetworks, planVae } from '../networks/plan/plan.ts'
import { planControlNet } from '../networks/plan/plan-controlnet.ts'
import { planIpAdapter } from '../networks/plan/plan-ip-adapter.ts'
import { parseSchedule } from '../sampling/diffusers/scheduler-config.ts'
import { openTokenizers } from './open/open-tokenizers.ts'

/** Checks every file as `openModel` does, and returns what each network needs to run. @throws as openModel. */
export async function checkModel(parts: ExpertParts): Promise<NetworkNeed[]> {
  parseSchedule(parts.schedule.config, parts.schedule.configFile)
  await openTokenizers(parts)
  return needsOf(await planNetworks(parts.networks))
}

/** The memory that a file used with models needs; empty if the file is not a network. */
export type FileNeeds = Pick<FileRecord, 'needs' | 'inUNet'>

/** Any number suffices, because no weight depends on it alone. */
const anyTimeIds = { timeIdCount: 6, timeIdWidth: 2 }

/** Checks a separate VAE, a ControlNet, or an IP-Adapter with its image encoder. @throws as checkModel. */
export async function checkFile({ vae, controlNet, ipAdapter }: FileRecord): Promise<FileNeeds> {
  if (vae) return { needs: needsOfVae(await planVae(vae)) }
  if (controlNet) return { needs: [needOfControlNet(await planControlNet(controlNet, anyTimeIds))] }
  if (!ipAdapter) return {}
  const plan = await planIpAdapter(ipAdapter)
  return { needs: needsOfIpAdapter(plan), inUNet: needInUNet(plan) }
}
