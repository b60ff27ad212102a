/** kohya's scripts, LyCORIS and OneTrainer: `lora_unet_….lora_down.weight`, `lora_te1_….hada_w1_a`. */
import { isRole } from '../family.ts'
import type { Naming } from './naming.ts'

export const kohya: Naming = tensor => {
  const [, module = '', role] = /^(.+?)\.(\w+?)(?:\.weight)?$/.exec(tensor) ?? []
  return isRole(role) ? { module, role } : undefined
}
