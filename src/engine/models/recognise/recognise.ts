/** Recognises a file by its content: tries every recogniser, the most specific first. */
import type { SafetensorsHeader } from '../../weights/safetensors.ts'
import { HeaderView } from './header-view.ts'
import { loras } from './lora.ts'
import { otherFamilies } from './other-families.ts'
import type { Recogniser } from './recogniser.ts'
import { adapters, controlNets, embeddings, parts, upscalers } from './small-files.ts'
import { stableDiffusion } from './stable-diffusion.ts'

/**
 * IP-Adapters come before LoRAs, because one with faces contains a LoRA. LoRAs and ControlNets come before checkpoints: a
 * LoRA names its model's modules, and a ControlNet has half a U-Net.
 */
const recognisers: readonly Recogniser[] = [
  ...adapters,
  ...loras,
  ...controlNets,
  ...otherFamilies,
  ...stableDiffusion,
  ...parts,
  ...upscalers,
  ...embeddings,
]

/** Undefined if Easel does not know the kind of the file. */
export function recognise(header: SafetensorsHeader): Recogniser | undefined {
  const view = new HeaderView(header)
  return recognisers.find(recogniser => recogniser.recognises(view))
}
