/** Opens a diffusers folder for checkers and tests: described and opened in one go, its hashes not kept. */
import { describeDiffusersFolder } from '../../src/engine/models/diffusers-folder.ts'
import { memoryHashCache } from '../../src/engine/models/file-hashes.ts'
import type { ExpertParts } from '../../src/engine/models/record.ts'
import type { Networks } from '../../src/engine/networks/networks.ts'
import { openNetworks } from '../../src/engine/networks/open.ts'
import type { SessionOptions } from '../../src/engine/onnx/session.ts'
import { type OpenModel, openModel } from '../../src/engine/pipeline/open-model.ts'

/** What the folder holds, nothing opened. @throws AppError 'model-file' or 'model-config'. */
export function partsOfFolder(folder: string): Promise<ExpertParts> {
  return describeDiffusersFolder(folder, memoryHashCache())
}

export async function openModelFolder(folder: string): Promise<OpenModel> {
  return openModel(await partsOfFolder(folder))
}

export async function openNetworksFolder(folder: string, options?: SessionOptions): Promise<Networks> {
  return openNetworks((await partsOfFolder(folder)).networks, options)
}
