/** Models whose configured weights come from cache files in another form: their records and those files. */

import { join } from 'node:path'
import type { CachedForm } from '../common/choices.ts'
import { isCpuName } from '../common/device-names.ts'
import type { Config, DeviceConfig } from '../config/config.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import type { ExpertRecord, ModelRecord } from '../engine/models/record.ts'
import type { NetworkPart, NetworkParts } from '../engine/networks/plan/parts.ts'
import { planNetworks } from '../engine/networks/plan/plan.ts'
import { checkModel } from '../engine/pipeline/check-model.ts'
import { removeDamaged } from '../engine/weights/cached/used-weight-file.ts'
import { ensureWritten, isComplete, type WeightFile } from '../engine/weights/cached/weight-file.ts'
import { type AppError, toAppError } from '../errors/errors.ts'

/** Receives the progress of cache files that are examined and made. */
export interface MakingProgress {
  /** Called before a file that changed is read whole. */
  reading(file: string, sizeBytes: number): void
  /** Called before the first byte of a file. */
  begin(model: string, form: CachedForm, file: string, sizeBytes: number): void
  written(doneBytes: number, sizeBytes: number): void
  end(): void
}

/**
 * The models, each with the weights that its `settings` name. Pictures differ by the weights, so the hashes do, too. `folder`: that
 * of the cache files.
 */
export async function withWeights(
  { models, ...catalogue }: ModelCatalogue,
  settings: Config['models'],
  folder: string,
): Promise<ModelCatalogue> {
  const formed = models.map(model => {
    const form = settings[model.name]?.weights ?? 'float32'
    return form === 'float32' ? model : modelInForm(model, { form, folder })
  })
  return { ...catalogue, models: await Promise.all(formed) }
}

/** Makes the cache files that are missing or cannot be used. @throws as ensureWritten. */
export async function makeWeightFiles(
  models: readonly ModelRecord[],
  devices: readonly DeviceConfig[],
  progress: MakingProgress,
): Promise<void> {
  if (!devices.some(usesFiles)) return
  for (const model of models) {
    for (const { form, weightFile } of await weightFilesOf(model)) {
      const { file, sizeBytes } = weightFile
      await ensureWritten(weightFile, {
        reading: () => progress.reading(file, sizeBytes),
        begin: () => progress.begin(model.name, form, file, sizeBytes),
        written: doneBytes => progress.written(doneBytes, sizeBytes),
        end: () => progress.end(),
      })
    }
  }
}

/** The result for the cache files of a model that were read whole. */
export interface ExaminedWeightFiles {
  readonly sound: readonly string[]
  /** Damaged files, which have been removed. */
  readonly damaged: readonly string[]
}

/** Reads the existing cache files of a model whole. @throws as removeDamaged. */
export async function examineWeightFiles(
  model: ModelRecord,
  devices: readonly DeviceConfig[],
  progress: Pick<MakingProgress, 'reading'>,
): Promise<ExaminedWeightFiles> {
  const sound: string[] = []
  const damaged: string[] = []
  const files = devices.some(usesFiles) ? await weightFilesOf(model) : []
  for (const weightFile of new Map(files.map(one => [one.weightFile.file, one.weightFile])).values()) {
    if (!(await isComplete(weightFile))) continue
    progress.reading(weightFile.file, weightFile.sizeBytes)
    const found = (await removeDamaged(weightFile)) ? damaged : sound
    found.push(weightFile.file)
  }
  return { sound, damaged }
}

/** The models whose cache files exist or could be made. Calls `leaveOut` for each of the others. */
export async function modelsWithFiles(
  models: readonly ModelRecord[],
  devices: readonly DeviceConfig[],
  progress: MakingProgress,
  leaveOut: (model: string, error: AppError) => void,
): Promise<ModelRecord[]> {
  const usable: ModelRecord[] = []
  for (const model of models) {
    try {
      await makeWeightFiles([model], devices, progress)
      usable.push(model)
    } catch (error) {
      leaveOut(model.name, toAppError(error))
    }
  }
  return usable
}

/** Whether the device uses the cache files: CPUs that compute in float32 do; GPUs, and CPUs set to float16, do not. */
function usesFiles({ name, precision }: DeviceConfig): boolean {
  return isCpuName(name) && precision !== 'float16'
}

async function weightFilesOf({
  parts,
  refiner,
}: ModelRecord): Promise<{ form: CachedForm; weightFile: WeightFile }[]> {
  const experts = [parts, ...(refiner ? [refiner.parts] : [])].map(({ networks }) => networks)
  const files = experts.map(async networks => {
    const form = networks.unet.cached?.form
    if (!form) return []
    const { textEncoder, textEncoder2, unet } = await planNetworks(networks)
    const uses = [textEncoder, textEncoder2, unet].flatMap(network => network?.use ?? [])
    return uses.flatMap(({ weightFile }) => (weightFile ? [{ form, weightFile }] : []))
  })
  return (await Promise.all(files)).flat()
}

interface FormTarget {
  readonly form: CachedForm
  /** The folder of the cache files. */
  readonly folder: string
}

/** The model with its weights in the form. Makes no file. */
export async function modelInForm(model: ModelRecord, target: FormTarget): Promise<ModelRecord> {
  const { refiner } = model
  const changed = await expertInForm(model, target)
  return refiner ? { ...changed, refiner: await expertInForm(refiner, target) } : changed
}

async function expertInForm<Expert extends ExpertRecord>(
  expert: Expert,
  target: FormTarget,
): Promise<Expert> {
  const parts = { ...expert.parts, networks: networksInForm(expert.parts.networks, target) }
  return { ...expert, parts, hash: hashOf(expert.hash, target), needs: await checkModel(parts) }
}

/** The networks in the form. The VAE is unchanged, because it has almost no linear layers and opens at once. */
function networksInForm(networks: NetworkParts, target: FormTarget): NetworkParts {
  const { textEncoder, textEncoder2, unet } = networks
  const inForm = (part: NetworkPart): NetworkPart => {
    if (part.weights.layout === 'onnx') return part
    const hash = hashOf(part.hash, target)
    return { ...part, hash, cached: { form: target.form, file: join(target.folder, `${hash}.safetensors`) } }
  }
  return {
    ...networks,
    ...(textEncoder && { textEncoder: inForm(textEncoder) }),
    textEncoder2: inForm(textEncoder2),
    unet: inForm(unet),
  }
}

const hashOf = (hash: string, { form }: FormTarget) => `${hash}-${form}`
