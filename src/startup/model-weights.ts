/** Models whose linear layers have their weights in 8 bits, as the configuration wishes: their records and cache files. */
import { join } from 'node:path'
import type { Config, DeviceConfig } from '../config/config.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import type { ExpertRecord, ModelRecord } from '../engine/models/record.ts'
import type { NetworkPart, NetworkParts } from '../engine/networks/plan/parts.ts'
import { planNetworks } from '../engine/networks/plan/plan.ts'
import { checkModel } from '../engine/pipeline/check-model.ts'
import { type BlockFile, ensureWritten, isWritten } from '../engine/weights/blocks/block-file.ts'

/** Follows the cache files that are made. */
export interface MakingProgress {
  /** Called before the first byte of a file. */
  begin(model: string, file: string, sizeBytes: number): void
  written(doneBytes: number, sizeBytes: number): void
  end(): void
}

/**
 * The models with the weights that `advice` wishes for each. Pictures differ by the weights, so the hashes do, too.
 * folder: of the cache files.
 */
export async function withWeights(
  { models, ...catalogue }: ModelCatalogue,
  advice: Config['models'],
  folder: string,
): Promise<ModelCatalogue> {
  const wished = models.map(model => (advice[model.name]?.weights === 'int8' ? inInt8(model, folder) : model))
  return { ...catalogue, models: await Promise.all(wished) }
}

/** Makes the cache files that are missing or cannot be used. @throws as ensureWritten. */
export async function makeBlockFiles(
  models: readonly ModelRecord[],
  devices: readonly DeviceConfig[],
  progress: MakingProgress,
): Promise<void> {
  if (!devices.some(usesBlocks)) return
  for (const model of models) {
    for (const blocks of await blockFilesOf(model)) {
      if (await isWritten(blocks)) continue
      progress.begin(model.name, blocks.file, blocks.sizeBytes)
      try {
        await ensureWritten(blocks, progress.written)
      } finally {
        progress.end()
      }
    }
  }
}

/** A GPU computes in float16, and so does a CPU that is told to. */
function usesBlocks({ name, precision }: DeviceConfig): boolean {
  return name.startsWith('cpu') && precision !== 'float16'
}

async function blockFilesOf({ parts, refiner }: ModelRecord): Promise<BlockFile[]> {
  const experts = [parts, ...(refiner ? [refiner.parts] : [])].map(({ networks }) => networks)
  const inBlocks = experts.filter(({ unet }) => unet.blockFile !== undefined)
  const plans = await Promise.all(inBlocks.map(networks => planNetworks(networks)))
  return plans.flatMap(({ textEncoder, textEncoder2, unet }) =>
    [textEncoder, textEncoder2, unet].flatMap(network => network?.blocks ?? []),
  )
}

async function inInt8(model: ModelRecord, folder: string): Promise<ModelRecord> {
  const { refiner } = model
  const changed = await expertInInt8(model, folder)
  return refiner ? { ...changed, refiner: await expertInInt8(refiner, folder) } : changed
}

async function expertInInt8<Expert extends ExpertRecord>(expert: Expert, folder: string): Promise<Expert> {
  const parts = { ...expert.parts, networks: networksInInt8(expert.parts.networks, folder) }
  return { ...expert, parts, hash: hashOf(expert.hash), needs: await checkModel(parts) }
}

/** The VAE has next to no linear layers. */
function networksInInt8(networks: NetworkParts, folder: string): NetworkParts {
  const { textEncoder, textEncoder2, unet } = networks
  const inBlocks = (part: NetworkPart): NetworkPart =>
    part.weights.layout === 'onnx'
      ? part
      : { ...part, hash: hashOf(part.hash), blockFile: join(folder, `${hashOf(part.hash)}.safetensors`) }
  return {
    ...networks,
    ...(textEncoder && { textEncoder: inBlocks(textEncoder) }),
    textEncoder2: inBlocks(textEncoder2),
    unet: inBlocks(unet),
  }
}

const hashOf = (hash: string) => `${hash}-int8`
