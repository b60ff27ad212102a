/** The keys of a config.json that CLIP's text and image encoders share. */
import { z } from 'zod'
import type { ClipBlockOptions } from '../../modules/attention/clip-block.ts'
import { complain, count, layerCount } from '../../weights/config-file.ts'

/** Defaults as in transformers' CLIPTextConfig and CLIPVisionConfig. */
export const clipBlockKeys = {
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
  projection_dim: count.default(512),
}

const keys = z.object(clipBlockKeys)
type ClipBlockConfig = z.infer<typeof keys>

/** The heads must divide the width. */
export function checkHeads(
  { hidden_size: width, num_attention_heads: heads }: ClipBlockConfig,
  context: Parameters<typeof complain>[0],
): void {
  if (width % heads === 0) return
  complain(context, 'num_attention_heads', {
    what: 'not-divisor',
    found: heads,
    key: 'hidden_size',
    of: width,
  })
}

export function blockOptionsOf(config: ClipBlockConfig, isCausal: boolean): ClipBlockOptions {
  return {
    heads: config.num_attention_heads,
    innerWidth: config.intermediate_size,
    activation: config.hidden_act,
    epsilon: config.layer_norm_eps,
    isCausal,
  }
}
