/** Owns recognising a file by its content: every recogniser, the most telling first. */
import type { SafetensorsHeader } from '../../weights/safetensors.ts'
import { HeaderView } from './header-view.ts'
import { loras } from './lora.ts'
import { otherFamilies } from './other-families.ts'
import type { Recogniser } from './recogniser.ts'
import { adapters, controlNets, embeddings, parts, upscalers } from './small-files.ts'
import { stableDiffusion } from './stable-diffusion.ts'

/** A LoRA names the modules of its model, and a ControlNet has half a U-Net: they come before checkpoints. */
const recognisers: readonly Recogniser[] = [
  ...loras,
  ...adapters,
  ...controlNets,
  ...otherFamilies,
  ...stableDiffusion,
  ...parts,
  ...upscalers,
  ...embeddings,
]

/** Undefined where the file is none of the kinds that Easel knows. */
export function recognise(header: SafetensorsHeader): Recogniser | undefined {
  const view = new HeaderView(header)
  return recognisers.find(recogniser => recogniser.recognises(view))
}
