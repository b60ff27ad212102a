/** Makes the devices of the configuration usable, for a server and for a machine that lends them. */
import type { Config } from '../config/config.ts'
import { type PreparedDevices, prepareDevices } from '../devices/prepare-devices.ts'
import { reasonLines } from '../devices/reason-lines.ts'
import { tryDevices } from '../devices/try-devices.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import { systemClock } from '../system/system-ports.ts'
import { errorSentence, type Words } from '../words/en.ts'
import { type MakingProgress, makeWeightFiles } from './model-weights.ts'

export interface UsableDevicesParts {
  config: Config
  words: Words
  /** Prints the reasons for the choice of devices. */
  say(line: string): void
  /** Prints the fault of a configured device that does not start. */
  warn(line: string): void
  /** Shows the cache files of weights that are made. */
  making: MakingProgress
}

/** Chooses the devices, tries those that the configuration names, and makes the cache files of weights that they need. */
export async function usableDevices(
  { config, words, say, warn, making }: UsableDevicesParts,
  { models }: Pick<ModelCatalogue, 'models'>,
): Promise<PreparedDevices> {
  const prepared = await prepareDevices(config, process.env)
  for (const line of reasonLines(words, prepared.reason)) say(line)
  await tryDevices(prepared, systemClock, error => warn(errorSentence(words, error)))
  await makeWeightFiles(models, prepared.devices, making)
  return prepared
}
