/** Cases of other weight layouts, which must give what the folder gives. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExpertParts } from '../../../src/engine/models/record.ts'
import { openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import type { Check, Checker, OracleCase } from '../case.ts'
import { checkAgainstOwn } from '../end-to-end/e2e.ts'
import type { OracleFolder } from '../folder.ts'
import { partsOfFile, partsOfFolder } from './open-models.ts'

export const otherLayouts: Checker = {
  name: 'models',
  async list(oracle) {
    if (!oracle.has('models')) return []
    const models = await oracle.models()
    const names = (await readdir(models)).sort()
    return names.flatMap((name): OracleCase[] => {
      const path = join(models, name)
      const unet = join(path, 'unet')
      if (name.endsWith('.safetensors')) {
        return [{ name: `models/${name}`, run: async () => checkParts(oracle, await partsOfFile(path)) }]
      }
      if (existsSync(join(unet, 'model.onnx'))) {
        return [{ name: `models/${name}`, run: async () => checkParts(oracle, await partsOfFolder(path)) }]
      }
      if (existsSync(join(unet, 'diffusion_pytorch_model.safetensors.index.json'))) {
        return [{ name: `models/${name}`, run: () => checkShards(oracle, path) }]
      }
      return []
    })
  },
}

/** Only the U-Net comes in shards. */
async function checkShards(oracle: OracleFolder, folder: string): Promise<Check[]> {
  const base = await partsOfFolder(await oracle.model('base'))
  const unet = { ...base.networks.unet, weights: { layout: 'folder', folder: join(folder, 'unet') } as const }
  return checkParts(oracle, { ...base, networks: { ...base.networks, unet } })
}

async function checkParts(oracle: OracleFolder, parts: ExpertParts): Promise<Check[]> {
  const model = await openModel(parts, oracle.target)
  try {
    const isBuiltByUs = parts.networks.unet.weights.layout !== 'onnx'
    return await checkAgainstOwn(oracle, parts.networks.textEncoder ? 'base' : 'refiner', model, isBuiltByUs)
  } finally {
    await model.networks.close()
  }
}
