/** diffusers before PEFT: attention processors, `….attn1.processor.to_q_lora.down.weight`, and layers with a LoRA inside. */
import type { LoraNaming } from './naming.ts'

export const oldDiffusers: LoraNaming = tensor => {
  const [, layer, factor = ''] = /^(.+)\.(?:lora_linear_layer|lora)\.(down|up)\.weight$/.exec(tensor) ?? []
  if (layer !== undefined) return { module: layer, role: roleOf(factor) }
  const [, attention, part = '', side = ''] =
    /^(.+?)(?:\.processor)?\.to_(q|k|v|out)_lora\.(down|up)\.weight$/.exec(tensor) ?? []
  if (attention === undefined) return undefined
  // The attentions of text encoders have no processors, and their layers have other names.
  const layers = attention.endsWith('self_attn') ? `${part}_proj` : part === 'out' ? 'to_out.0' : `to_${part}`
  return { module: `${attention}.${layers}`, role: roleOf(side) }
}

function roleOf(factor: string) {
  return factor === 'down' ? 'lora_down' : 'lora_up'
}
