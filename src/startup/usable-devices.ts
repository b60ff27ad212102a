/** Makes the devices of the configuration usable, for a server and for a machine that lends them. */
import { modelMemoryProblem } from '../app/checks/check-memory.ts'
import type { Config } from '../config/config.ts'
import { memoryOf } from '../devices/device-workers.ts'
import { type PreparedDevices, prepareDevices } from '../devices/prepare-devices.ts'
import { reasonLines } from '../devices/reason-lines.ts'
import { tryDevices } from '../devices/try-devices.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import type { AppError } from '../errors/errors.ts'
import { systemClock } from '../system/system-ports.ts'
import { errorSentence, problemSentence, type Words } from '../words/en.ts'
import { type MakingProgress, modelsWithFiles } from './model-weights.ts'
import { fitsIn8Bits } from './smaller-weights.ts'

export interface UsableDevicesParts {
  config: Config
  words: Words
  /** Prints the reasons for the choice of devices. */
  print(line: string): void
  /**
   * Prints the fault of a configured device that does not start, of a model whose cache file cannot be made, and of a model that is
   * too large for each device.
   */
  warn(line: string): void
  /** Shows the cache files of weights that are made. */
  making: MakingProgress
}

/** The devices, and the catalogue with the models that can be painted on them. */
export interface UsableDevices extends PreparedDevices {
  catalogue: ModelCatalogue
}

/**
 * Chooses the devices, tries those that the configuration names, and makes the cache files of weights that they need. A model whose
 * files cannot be made is unused.
 */
export async function usableDevices(
  { config, words, print, warn, making }: UsableDevicesParts,
  catalogue: ModelCatalogue,
): Promise<UsableDevices> {
  const prepared = await prepareDevices(config, process.env)
  for (const line of reasonLines(words, prepared.reason)) print(line)
  await tryDevices(prepared, systemClock, error => warn(errorSentence(words, error)))
  const unused = [...catalogue.unused]
  const leaveOut = (name: string, error: AppError) => {
    unused.push({ name, error })
    warn(`${name}: ${errorSentence(words, error)}`)
  }
  const models = await modelsWithFiles(catalogue.models, prepared.devices, making, leaveOut)
  const memories = prepared.devices.map(memoryOf)
  for (const model of models) {
    const tooLarge = modelMemoryProblem(model, memories)
    if (!tooLarge) continue
    warn(`${model.name}: ${problemSentence(words, tooLarge)}`)
    if (await fitsIn8Bits(model, memories)) warn(words.cli.fitsIn8Bits(model.name))
  }
  return { ...prepared, catalogue: { ...catalogue, models, unused } }
}
