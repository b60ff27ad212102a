/** Recognises LoRA files (and related formats) and the family that they were trained for. */
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

/** A factor of an update in every trainer's spelling: LoRA, LoHa, LoKr, OFT, and full differences. */
const update =
  /\.(?:lora_(?:up|down|mid|A|B|linear_layer)|(?:hada|lokr)_[wt]\d(?:_[ab])?|oft_(?:blocks|diag)|dora_scale|diff(?:_b)?|[wb]_norm)\b|_lora\.(?:up|down)\.|\.lora[._](?:A|B|up|down)\b/

/** Factors of a U-Net's cross-attention keys whose columns are the text context. */
const textFactor =
  /attn2[._](?:processor\.)?to_k(?:(?:_lora\.|\.lora[._])(?:linear_layer\.)?(?:down|A)\b.*weight|\.hada_w1_b|\.diff)$/

/** The two sides of a LoKr's Kronecker product; its columns are the product of theirs. */
const textSides = [/attn2[._]to_k\.lokr_w1(?:_b)?$/, /attn2[._]to_k\.lokr_w2(?:_b)?$/] as const

/** The width of the text context that the update was trained for; undefined if it leaves the keys alone. */
function textWidth(header: HeaderView): number | undefined {
  const [first, second] = textSides.map(side => header.extent(side, 1))
  return first && second ? first * second : header.extent(textFactor, 1)
}

function lora(family: string, recognises: (header: HeaderView) => boolean): Recogniser {
  return { kind: 'lora', family, recognises: header => header.some(update) && recognises(header) }
}

export const loras: readonly Recogniser[] = [
  lora('Flux', header => header.some(/double_blocks|single_blocks|single_transformer_blocks/)),
  lora('SD 3', header => header.some(/joint_blocks|transformer\.transformer_blocks|lora_transformer_/)),
  lora('SD 1.x', header => textWidth(header) === 768),
  lora('SD 2.x', header => textWidth(header) === 1024),
  lora(sdxl, () => true),
]
