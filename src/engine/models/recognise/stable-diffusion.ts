/** Recognises checkpoints with a Stable Diffusion U-Net by the width of its text context. */
import type { HeaderView } from './header-view.ts'
import { type Recogniser, sdxl } from './recogniser.ts'

const textKey = /(?:^|\.)attn2\.to_k\.weight$/
const firstConvolution = /^(?:(?:model\.diffusion_model\.|unet\.)?(?:input_blocks\.0\.0|conv_in))\.weight$/

/** SDXL's U-Net has sizes as an additional input: Stability's label_emb, diffusers' add_embedding. */
const sizeEmbedding =
  /^(?:model\.diffusion_model\.)?label_emb\.0\.0\.weight$|^(?:unet\.)?add_embedding\.linear_1\.weight$/

function hasUNet(header: HeaderView): boolean {
  return header.some(firstConvolution) && header.some(/(?:^|\.)(?:input_blocks|down_blocks)\./)
}

export const stableDiffusion: readonly Recogniser[] = [
  // It has SDXL's U-Net, but a range of sigmas and a prediction that no schedule here supports.
  {
    kind: 'checkpoint',
    family: 'CosXL',
    recognises: header => header.some(/^edm_vpred\.sigma_m(?:ax|in)$/),
  },
  {
    kind: 'checkpoint',
    family: 'Stable Video Diffusion',
    recognises: header => header.some(/\.time_(?:stack|mixer)\.|\.temporal_transformer_blocks\./),
  },
  {
    kind: 'checkpoint',
    family: 'AnimateDiff',
    recognises: header => header.some(/motion_modules\.\d+\./),
  },
  {
    kind: 'checkpoint',
    family: 'Kolors',
    recognises: header => header.some(sizeEmbedding) && header.some(/(?:^|\.)encoder_hid_proj\.weight$/),
  },
  {
    kind: 'checkpoint',
    family: 'SD 1.x',
    recognises: header => header.extent(textKey, 1) === 768 && hasUNet(header) && !header.some(sizeEmbedding),
  },
  {
    kind: 'checkpoint',
    family: 'SD 2.x',
    recognises: header => header.extent(textKey, 1) === 1024 && hasUNet(header),
  },
  {
    kind: 'checkpoint',
    family: 'SDXL InstructPix2Pix',
    recognises: header => header.some(sizeEmbedding) && header.extent(firstConvolution, 1) === 8,
  },
  {
    kind: 'checkpoint',
    family: sdxl,
    recognises: header => header.some(sizeEmbedding) && hasUNet(header),
  },
]
