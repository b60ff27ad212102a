/** The kinds of adapters that Easel does not support: their proper names, and the names that only their tensors have. */

/** By PEFT's `peft_type`. `tensor`: a tensor's name below its module, in PEFT and in other programs. */
const unsupported: Readonly<Record<string, { readonly variant: string; readonly tensor: RegExp }>> = {
  ADALORA: { variant: 'AdaLoRA', tensor: /\.lora_E\b/ },
  BOFT: { variant: 'BOFT', tensor: /\.boft_[Rs]\b/ },
  C3A: { variant: 'C³A', tensor: /\.c3a_kernel\b/ },
  DELORA: { variant: 'DeLoRA', tensor: /\.delora_lambda\b/ },
  FOURIERFT: { variant: 'FourierFT', tensor: /\.fourierft_spectrum\b/ },
  GLORA: { variant: 'GLoRA', tensor: /^lora_\w+\.[ab]2\.weight$|\.glora_/ },
  GRALORA: { variant: 'GraLoRA', tensor: /\.gralora_[AB]\b/ },
  HRA: { variant: 'HRA', tensor: /\.hra_u\b/ },
  IA3: { variant: 'IA³', tensor: /^lora_\w+\.on_input$|\.ia3_l\b/ },
  LN_TUNING: { variant: 'LN Tuning', tensor: /\.ln_tuning_layers\b/ },
  MISS: { variant: 'MiSS', tensor: /\.miss_block\b/ },
  OFT: { variant: 'OFT', tensor: /\.oft_(?:blocks|diag|R)\b/ },
  RANDLORA: { variant: 'RandLoRA', tensor: /\.randlora_/ },
  ROAD: { variant: 'RoAd', tensor: /\.road_(?:theta|alpha)\b/ },
  SHIRA: { variant: 'SHiRA', tensor: /\.shira_weight\b/ },
  VBLORA: { variant: 'VB-LoRA', tensor: /\.vblora_/ },
  VERA: { variant: 'VeRA', tensor: /\.vera_lambda_[bd]\b/ },
}

export const unsupportedAdapters = Object.values(unsupported)

/** The types that Easel supports, in PEFT's words. */
export const peftTypes = ['LORA', 'LOHA', 'LOKR'] as const

/** The proper name of an unsupported type; undefined for a supported one. */
export function unsupportedVariant(type: string): string | undefined {
  if (peftTypes.some(known => known === type)) return undefined
  return (Object.hasOwn(unsupported, type) && unsupported[type]?.variant) || type
}

/** Whether a tensor is that of an unsupported adapter. */
export function isOfUnsupportedAdapter(name: string): boolean {
  return unsupportedAdapters.some(({ tensor }) => tensor.test(name))
}
