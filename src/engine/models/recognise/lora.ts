/** Recognises LoRA files (and related formats) and the family that they were trained for. */
import { isOfUnsupportedAdapter } from '../../weights/lora/unsupported-adapters.ts'
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

/** A factor of an update in every trainer's spelling: LoRA, LoHa, LoKr, and full differences. */
const update =
  /\.(?:lora_(?:up|down|mid|A|B|linear_layer)|(?:hada|lokr)_[wt]\d(?:_[ab])?|dora_scale|diff(?:_b)?|[wb]_norm)\b|_lora\.(?:up|down)\.|\.lora[._](?:A|B|up|down)\b/

function isAdapter(header: HeaderView): boolean {
  return header.some(update) || header.names.some(isOfUnsupportedAdapter)
}

/** Factors of a U-Net's cross-attention keys whose columns are the text context. */
const textFactor =
  /attn2[._](?:processor\.)?to_k(?:(?:_lora\.|\.lora[._])(?:linear_layer\.)?(?:down|A)\b.*weight|\.hada_w1_b|\.diff)$/

/** The two sides of a LoKr's Kronecker product; its columns are the product of theirs. */
const textSides = [/attn2[._]to_k\.lokr_w1(?:_b)?$/, /attn2[._]to_k\.lokr_w2(?:_b)?$/] as const

/** The width of the text context that the update was trained for; undefined if it does not change the keys. */
function textWidth(header: HeaderView): number | undefined {
  const [first, second] = textSides.map(side => header.extent(side, 1))
  return first && second ? first * second : header.extent(textFactor, 1)
}

function lora(family: string, recognises: (header: HeaderView) => boolean): Recogniser {
  return { kind: 'lora', family, recognises: header => isAdapter(header) && recognises(header) }
}

/** A factor of a transformer's attention whose columns are its width: Qwen Image's is 3072, SD 3's is 1536 or 2432. */
const attentionFactor = /transformer_blocks[._]\d+[._]attn[._]\w+\.lora_(?:down|A)\b.*weight$/

/** A transformer's blocks at the top, where a U-Net has levels. */
const topBlocks = /joint_blocks|(?:^|transformer\.|^lora_unet_)transformer_blocks[._]|lora_transformer_/

function isQwenImage(header: HeaderView): boolean {
  const hasModulation = header.some(/transformer_blocks[._]\d+[._](?:img|txt)_(?:mlp|mod)[._]/)
  return hasModulation || (header.some(topBlocks) && header.extent(attentionFactor, 1) === 3072)
}

/** Whether it only changes a text encoder without a number, as in models with a single text encoder. */
function isOfOneTextEncoder(header: HeaderView): boolean {
  return header.some(/^lora_te_/) && !header.some(/^lora_(?:unet|te[12])_/)
}

export const loras: readonly Recogniser[] = [
  lora('Flux', header => header.some(/double_blocks|single_blocks|single_transformer_blocks/)),
  lora('Wan', header => header.some(/(?:^|[._])blocks[._]\d+[._](?:cross|self)_attn[._]/)),
  lora('Lumina / Z-Image', header => header.some(/(?:^|[._])layers[._]\d+[._]attention[._]/)),
  lora('AnimateDiff', header => header.some(/motion_modules[._]/)),
  lora('Qwen Image', isQwenImage),
  lora('SD 3', header => header.some(topBlocks)),
  lora('SD 1.x', header => textWidth(header) === 768),
  lora('SD 2.x', header => textWidth(header) === 1024),
  lora('SD 1.x / 2.x', isOfOneTextEncoder),
  lora(sdxl, () => true),
]
