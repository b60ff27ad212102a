/** Recognises embeddings, ControlNets, IP-Adapters, upscalers and separate parts of models. */
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

/** The token widths of the text encoders of other families; those of SDXL's are 768 and 1280. */
const otherTokenWidths = { 'SD 2.x': 1024, T5: 4096 } as const

export const embeddings: readonly Recogniser[] = [
  {
    kind: 'embedding',
    family: sdxl,
    // OneTrainer's `_out` vectors are for behind an encoder.
    recognises: header => header.every(/^(?:clip_[lg](?:_out)?|text_encoders_[01])$/),
  },
  ...Object.entries(otherTokenWidths).map(
    ([family, width]): Recogniser => ({
      kind: 'embedding',
      family,
      recognises: header => isOneEmbedding(header) && header.extent(/./, -1) === width,
    }),
  ),
  // One encoder's vectors; their width identifies the encoder when they are used.
  { kind: 'embedding', family: sdxl, recognises: isOneEmbedding },
]

/** A1111's emb_params, or diffusers' placeholder token: the only tensor, and its name is not a module path. */
function isOneEmbedding(header: HeaderView): boolean {
  return (
    header.names.length === 1 && header.every(/^(?:emb_params|[^.]+)$/) && header.extent(/./, 2) === undefined
  )
}

const controlNetText = /(?:^|\.)attn2\.to_k\.weight$/

function isControlNet(header: HeaderView): boolean {
  return header.some(
    /^control_model\.|^(?:controlnet_cond_embedding|controlnet_down_blocks|input_hint_block|zero_convs)\.|^lora_controlnet$/,
  )
}

export const controlNets: readonly Recogniser[] = [
  {
    kind: 'controlnet',
    family: 'Flux',
    recognises: header => header.some(/^controlnet_(?:blocks|x_embedder)\./),
  },
  {
    kind: 'controlnet',
    family: 'SD 1.x',
    recognises: header => isControlNet(header) && header.extent(controlNetText, 1) === 768,
  },
  {
    kind: 'controlnet',
    family: 'SD 2.x',
    recognises: header => isControlNet(header) && header.extent(controlNetText, 1) === 1024,
  },
  { kind: 'controlnet', family: sdxl, recognises: isControlNet },
  // Files that are often beside ControlNets. Easel supports none of them.
  { kind: 'controlnet', family: sdxl, recognises: header => header.some(/^lllite_unet_/) },
  {
    kind: 'controlnet',
    family: sdxl,
    recognises: header => header.some(/^(?:adapter\.)?body\.0\.(?:resnets\.0\.)?block1\.weight$/),
  },
]

function isIpAdapter(header: HeaderView): boolean {
  return header.some(/^ip_adapter\./) && header.some(/^image_proj\./)
}

export const adapters: readonly Recogniser[] = [
  {
    kind: 'ip-adapter',
    family: 'SD 1.x',
    recognises: header => isIpAdapter(header) && header.extent(/\.to_k_ip\.weight$/, 1) === 768,
  },
  { kind: 'ip-adapter', family: sdxl, recognises: isIpAdapter },
]

export const upscalers: readonly Recogniser[] = [
  {
    kind: 'upscaler',
    family: 'ESRGAN',
    recognises: header =>
      header.some(/^(?:model\.1\.sub\.0\.RDB1|body\.0\.rdb1|RRDB_trunk\.0\.RDB1|body\.0\.weight$)/),
  },
]

function isVae(header: HeaderView): boolean {
  return (
    header.some(
      /^(?:first_stage_model\.|vae\.)?decoder\.mid(?:_block\.resnets\.0|\.block_1)\.norm1\.weight$/,
    ) &&
    !header.some(/(?:^|\.)(?:input_blocks|down_blocks)\.\d+\.\d+\.in_layers\.|^(?:unet\.)?conv_in\.weight$/)
  )
}

export const parts: readonly Recogniser[] = [
  {
    kind: 'vae',
    family: 'SD 3 / Flux',
    recognises: header => isVae(header) && header.extent(/(?:^|\.)decoder\.conv_in\.weight$/, 1) === 16,
  },
  { kind: 'vae', family: sdxl, recognises: isVae },
  // TAESD: layers by their numbers.
  {
    kind: 'vae',
    family: sdxl,
    recognises: header =>
      header.some(/conv\.0\.weight$/) &&
      header.every(
        /^(?:taesd_)?(?:(?:en|de)coder\.(?:layers\.)?)?\d+\.(?:conv\.\d+\.|skip\.)?(?:weight|bias)$/,
      ),
  },
  {
    kind: 'image-encoder',
    family: 'CLIP',
    recognises: header => header.some(/^(?:vision_model\.|visual\.)/),
  },
  {
    kind: 'text-encoder',
    family: 'CLIP',
    recognises: header =>
      header.some(/(?:^|\.)(?:text_model\.embeddings\.token_embedding|token_embedding)\.weight$/),
  },
  {
    kind: 'text-encoder',
    family: 'T5',
    recognises: header => header.some(/(?:^|\.)encoder\.block\.0\.layer\.0\.SelfAttention\.q\.weight$/),
  },
]
