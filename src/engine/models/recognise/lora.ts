/** Recognises LoRA files (and related formats) and the family that they were trained for. */
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

/** The two factors of an update in every trainer's spelling, LoHa, LoKr, OFT, and full differences. */
const update =
  /\.(?:lora_(?:up|down|mid|A|B|linear_layer)|hada_[wt]\d|lokr_[wt]\d|oft_(?:blocks|diag)|dora_scale|diff(?:_b)?|[wb]_norm)\b|_lora\.(?:up|down)\.|\.lora[._](?:A|B|up|down)\b/

/** The factor whose input is the text context of a U-Net's cross-attention. */
const textFactor = /attn2[._](?:processor\.)?to_k(?:_lora)?[._](?:lora[._])?(?:lora_)?(?:down|A)\b.*weight$/

function lora(family: string, recognises: (header: HeaderView) => boolean): Recogniser {
  return { kind: 'lora', family, recognises: header => header.some(update) && recognises(header) }
}

export const loras: readonly Recogniser[] = [
  lora('Flux', header => header.some(/double_blocks|single_blocks|single_transformer_blocks/)),
  lora('SD 3', header => header.some(/joint_blocks|transformer\.transformer_blocks|lora_transformer_/)),
  lora('SD 1.x', header => header.extent(textFactor, 1) === 768),
  lora('SD 2.x', header => header.extent(textFactor, 1) === 1024),
  lora(sdxl, () => true),
]
