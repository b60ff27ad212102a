/** Opens a LoRA: a file, or a folder that PEFT wrote, with its adapter_config.json. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import { parseConfig, readJsonFile, unreadableFile } from '../config-file.ts'
import { readSafetensorsHeader } from '../safetensors.ts'
import { adapterConfigSchema } from './adapter-metadata.ts'
import type { LoraHeader } from './match-lora.ts'
import { unsupportedVariant } from './unsupported-adapters.ts'

/** The name of the config in a folder that PEFT wrote. */
export const adapterConfigName = 'adapter_config.json'

const weightsName = 'adapter_model.safetensors'
const pickleName = 'adapter_model.bin'

export interface LoraPlace {
  /** The path of the file or the folder. */
  readonly path: string
  readonly layout: string
}

/** The file with the tensors. */
export function loraFileOf({ path, layout }: LoraPlace): string {
  return layout === 'folder' ? join(path, weightsName) : path
}

/** @throws AppError 'model-file' or 'model-config' when the file or the config cannot be used. */
export async function openLora(place: LoraPlace): Promise<LoraHeader> {
  const file = loraFileOf(place)
  if (place.layout !== 'folder') return readSafetensorsHeader(file)
  const configFile = join(place.path, adapterConfigName)
  const json = parseConfig(configFile, await readJsonFile(configFile), stated)
  const variant = unsupportedVariant(json.peft_type)
  if (variant !== undefined) {
    throw new AppError('model-file', { file, problem: { what: 'variant-not-built', kind: 'lora', variant } })
  }
  await requireWeights(place.path)
  const config = parseConfig(configFile, json, adapterConfigSchema)
  return { ...(await readSafetensorsHeader(file)), config }
}

const stated = z.looseObject({ peft_type: z.string().max(40) })

async function requireWeights(folder: string): Promise<void> {
  const names = await readdir(folder).catch(error => {
    throw unreadableFile(folder, error)
  })
  if (names.includes(weightsName)) return
  const hasPickle = names.includes(pickleName)
  const problem = hasPickle
    ? ({ what: 'only-pickle', name: pickleName } as const)
    : ({ what: 'no-weights' } as const)
  throw new AppError('model-file', { file: folder, problem })
}
