/** PEFT, as current diffusers saves it: `unet.….lora_A.weight`, with or without the adapter's name before `.weight`. */
import type { LoraRole } from '../family.ts'
import type { LoraNaming } from './naming.ts'

const roles: Readonly<Record<string, LoraRole>> = {
  lora_A: 'lora_down',
  lora_B: 'lora_up',
  lora_magnitude_vector: 'dora_scale',
}

export const peft: LoraNaming = tensor => {
  const [, module = '', part = ''] =
    /^(.+)\.(lora_A|lora_B|lora_magnitude_vector)(?:\.[^.]+)??(?:\.weight)?$/.exec(tensor) ?? []
  const role = roles[part]
  return role && { module, role }
}
