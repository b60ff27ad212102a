/** Cases of other weight layouts and of LoRA files: listed by name until the engine reads them. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Checker, OracleCase } from './case.ts'

export const otherLayouts: Checker = {
  name: 'models',
  async list(oracle) {
    if (!oracle.has('models')) return []
    const models = await oracle.models()
    const names = (await readdir(models)).sort()
    return names.flatMap((name): OracleCase[] => {
      if (name.endsWith('.safetensors')) return [{ name: `models/${name}`, notYet: 'single-file checkpoint' }]
      const unet = `${models}/${name}/unet`
      if (existsSync(`${unet}/model.onnx`)) return [{ name: `models/${name}`, notYet: 'ONNX layout' }]
      if (existsSync(`${unet}/diffusion_pytorch_model.safetensors.index.json`)) {
        return [{ name: `models/${name}`, notYet: 'shards' }]
      }
      return []
    })
  },
}

export const loraFiles: Checker = {
  name: 'lora',
  async list(oracle) {
    const names = await oracle.list('lora', '.safetensors')
    return names.map(name => ({ name: `lora/${name}`, notYet: 'LoRA' }))
  },
}
