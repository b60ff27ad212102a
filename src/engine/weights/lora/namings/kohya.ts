/** kohya's scripts, LyCORIS and OneTrainer: `lora_unet_….lora_down.weight`, `lora_te1_….hada_w1_a`. */
import { isRole } from '../family.ts'
import type { LoraNaming } from './naming.ts'

export const kohya: LoraNaming = tensor => {
  const [, module = '', role] = /^(.+?)\.(\w+?)(?:\.weight)?$/.exec(tensor) ?? []
  return isRole(role) ? { module, role } : undefined
}
