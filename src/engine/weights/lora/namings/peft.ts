/** PEFT, as current diffusers saves it: `unet.….lora_A.weight`, with or without the adapter's name before `.weight`. */
import type { LoraNaming } from './naming.ts'

export const peft: LoraNaming = tensor => {
  const [, module = '', part, kind] =
    /^(.+)\.(lora_A|lora_B|lora_magnitude_vector)(?:\.[^.]+)??(?:\.(weight|bias))?$/.exec(tensor) ?? []
  switch (part) {
    case 'lora_A':
      return kind === 'bias' ? undefined : { module, role: 'lora_down' }
    case 'lora_B':
      return { module, role: kind === 'bias' ? 'lora_up_bias' : 'lora_up' }
    case 'lora_magnitude_vector':
      // [out] for a linear layer, [1, out, 1, 1] for a convolution.
      return { module, role: 'dora_scale', isList: true }
    default:
      return undefined
  }
}
