/** Refuses files of a supported kind in a variant that Easel does not support. */
import { AppError } from '../../errors/errors.ts'
import type { FileKind } from '../../errors/model-problem.ts'
import { unsupportedAdapters } from '../weights/lora/unsupported-adapters.ts'
import type { SafetensorsHeader } from '../weights/safetensors.ts'
import { HeaderView } from './recognise/header-view.ts'

interface Unsupported {
  readonly kind: FileKind
  /** A proper name. */
  readonly variant: string
  readonly has: RegExp
}

/** The unsupported variants of supported kinds, by the names that only their tensors have. */
const unsupported: readonly Unsupported[] = [
  { kind: 'checkpoint', variant: 'bitsandbytes NF4 / FP4', has: /\.quant_state\.bitsandbytes__/ },
  // Inputs of the U-Net besides SDXL's own. Without them it runs and paints another picture.
  {
    kind: 'checkpoint',
    variant: 'LCM-SDXL',
    has: /(?:^|\.)time_embed(?:ding)?\.cond_proj\.weight$/,
  },
  { kind: 'checkpoint', variant: 'GLIGEN', has: /(?:^|\.)position_net\.|\.fuser\./ },
  { kind: 'checkpoint', variant: 'U-Net + IP-Adapter', has: /\.to_k_ip\b/ },
  { kind: 'controlnet', variant: 'Control-LoRA', has: /^lora_controlnet$/ },
  {
    kind: 'controlnet',
    variant: 'ControlNet Union',
    has: /^(?:control_model\.)?(?:task_embedding|control_type_embed|control_add_embedding)/,
  },
  { kind: 'controlnet', variant: 'ControlNet-LLLite', has: /^lllite_unet_/ },
  { kind: 'controlnet', variant: 'T2I-Adapter', has: /^(?:adapter\.)?body\.0\./ },
  { kind: 'vae', variant: 'TAESD', has: /^(?:[a-z_.]+\.)?\d+\.conv\.0\.weight$/ },
  {
    kind: 'ip-adapter',
    variant: 'IP-Adapter FaceID',
    has: /^image_proj\.perceiver_resampler\.|\.to_k_lora\./,
  },
  { kind: 'ip-adapter', variant: 'IP-Adapter Full Face', has: /^image_proj\.proj\.\d+\./ },
  ...unsupportedAdapters.map(({ variant, tensor }) => ({ kind: 'lora' as const, variant, has: tensor })),
]

/** kind: that of the file. @throws AppError 'model-file' when the variant is not supported; names it. */
export function requireSupported(file: string, header: SafetensorsHeader, kind: FileKind): void {
  const view = new HeaderView(header)
  const found = unsupported.find(one => one.kind === kind && view.some(one.has))
  if (!found) return
  const { variant } = found
  throw new AppError('model-file', { file, problem: { what: 'variant-not-built', kind, variant } })
}
