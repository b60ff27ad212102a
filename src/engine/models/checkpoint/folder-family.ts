/** The family of a model in diffusers' layout: by the weights of its main network, else by its pipeline's class. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readConfigFile } from '../../weights/config-file.ts'
import { diffusersWeightFiles } from '../../weights/layouts/diffusers-folder.ts'
import { readSafetensors, type StoredTensor } from '../../weights/safetensors.ts'
import { recognise } from '../recognise/recognise.ts'

/** The folders of main networks in the pipelines of all families. */
const mainNetworks = ['unet', 'transformer', 'prior', 'decoder'] as const

const indexSchema = z.object({ _class_name: z.string() })

/** The family; undefined if unknown, also if a network cannot be read. Describing that network then gives the fault. */
export async function familyOfFolder(folder: string): Promise<string | undefined> {
  const names = await readdir(folder)
  for (const name of mainNetworks) {
    if (!names.includes(name)) continue
    const found = recognise({ tensors: await tensorsIn(join(folder, name)), metadata: {} })
    if (found?.kind === 'checkpoint') return found.family
  }
  return names.includes('unet') ? undefined : pipelineOf(folder)
}

async function tensorsIn(folder: string): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>()
  const files = await diffusersWeightFiles(folder).catch(() => [])
  for (const file of files.filter(one => one.endsWith('.safetensors'))) {
    for (const [name, tensor] of await readSafetensors(file).catch(() => [])) tensors.set(name, tensor)
  }
  return tensors
}

/** `StableDiffusion3Pipeline` → `StableDiffusion3`. Undefined for SDXL's own: such a folder lacks its U-Net, another fault. */
async function pipelineOf(folder: string): Promise<string | undefined> {
  const index = await readConfigFile(join(folder, 'model_index.json'), indexSchema).catch(() => undefined)
  const name = index?._class_name.replace(/Pipeline$/, '')
  return name?.startsWith('StableDiffusionXL') ? undefined : name
}
