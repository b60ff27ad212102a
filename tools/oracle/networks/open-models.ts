/** Opens folders and single files for checkers and tests: described and opened in one go, their hashes not kept. */
import { assemble, type Supplements } from '../../../src/engine/models/checkpoint/assemble.ts'
import { describeCheckpointFile } from '../../../src/engine/models/checkpoint/checkpoint-file.ts'
import { describeDiffusersFolder } from '../../../src/engine/models/checkpoint/diffusers-folder.ts'
import type { FoundParts } from '../../../src/engine/models/checkpoint/found-parts.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import type { ExpertParts } from '../../../src/engine/models/record.ts'
import type { Networks } from '../../../src/engine/networks/networks.ts'
import { openNetworks } from '../../../src/engine/networks/open/open.ts'
import type { Target } from '../../../src/engine/onnx/graph-variants.ts'
import type { SessionOptions } from '../../../src/engine/onnx/session.ts'
import { type OpenModel, openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'

/** What the folder holds, nothing opened. @throws as describeDiffusersFolder. */
export async function partsOfFolder(folder: string): Promise<ExpertParts> {
  return wholeOf(await describeDiffusersFolder(folder, { cache: memoryHashCache() }))
}

/** The parts of something that lacks none, with parts from elsewhere where some are given. */
export function wholeOf(found: FoundParts, supplements: Supplements = {}): ExpertParts {
  const assembled = assemble(found, supplements)
  if (assembled.kind === 'complete') return assembled.parts
  throw new Error(`${found.storage.path} has no ${assembled.missing}`)
}

/** As partsOfFolder, for a single file; what it lacks comes from `supplements`. */
export async function partsOfFile(file: string, supplements?: Supplements): Promise<ExpertParts> {
  const header = await readSafetensorsHeader(file)
  return wholeOf(await describeCheckpointFile(file, header, { cache: memoryHashCache() }), supplements)
}

export async function openModelFolder(folder: string, target?: Target): Promise<OpenModel> {
  return openModel(await partsOfFolder(folder), target)
}

export async function openNetworksFolder(folder: string, options?: SessionOptions): Promise<Networks> {
  return openNetworks((await partsOfFolder(folder)).networks, options)
}
