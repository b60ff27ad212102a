/** Recognises embeddings, ControlNets, IP-Adapters, upscalers and separate parts of models. */
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

/** Token widths of other families' text encoders. */
const tokenWidths: Readonly<Record<number, string>> = { 1024: 'SD 2.x', 4096: 'T5' }

export const embeddings: readonly Recogniser[] = [
  {
    kind: 'embedding',
    family: sdxl,
    // OneTrainer's `_out` vectors are for behind an encoder.
    recognises: header => header.every(/^(?:clip_[lg](?:_out)?|text_encoders_[01])$/),
  },
  {
    kind: 'embedding',
    family: 'SD 2.x',
    recognises: header => isOneEmbedding(header) && tokenWidths[header.extent(/./, -1) ?? 0] === 'SD 2.x',
  },
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
]

export const adapters: readonly Recogniser[] = [
  {
    kind: 'ip-adapter',
    family: sdxl,
    recognises: header => header.some(/^ip_adapter\./) && header.some(/^image_proj\./),
  },
]

export const upscalers: readonly Recogniser[] = [
  {
    kind: 'upscaler',
    family: 'ESRGAN',
    recognises: header =>
      header.some(/^(?:model\.1\.sub\.0\.RDB1|body\.0\.rdb1|RRDB_trunk\.0\.RDB1|body\.0\.weight$)/),
  },
]

export const parts: readonly Recogniser[] = [
  {
    kind: 'vae',
    family: sdxl,
    recognises: header =>
      header.some(
        /^(?:first_stage_model\.|vae\.)?decoder\.mid(?:_block\.resnets\.0|\.block_1)\.norm1\.weight$/,
      ) &&
      !header.some(
        /(?:^|\.)(?:input_blocks|down_blocks)\.\d+\.\d+\.in_layers\.|^(?:unet\.)?conv_in\.weight$/,
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
