/** Recognises checkpoints of other families: transformers in place of a U-Net, and other latents. */
import type { HeaderView } from './header-view.ts'
import type { Recogniser } from './recogniser.ts'

/** The prefix of an all-in-one file, of diffusers' transformers, or none. */
const prefix = String.raw`^(?:model\.diffusion_model\.|transformer\.|diffusion_model\.)?`

function checkpoint(family: string, ...patterns: readonly string[]): Recogniser {
  const all = patterns.map(pattern => new RegExp(prefix + pattern))
  return {
    kind: 'checkpoint',
    family,
    recognises: (header: HeaderView) => all.every(pattern => header.some(pattern)),
  }
}

export const otherFamilies: readonly Recogniser[] = [
  checkpoint('Chroma', String.raw`double_blocks\.`, String.raw`distilled_guidance_layer\.`),
  checkpoint('Hunyuan Video', String.raw`double_blocks\.`, String.raw`txt_in\.individual_token_refiner\.`),
  checkpoint('Flux', String.raw`double_blocks\.`),
  checkpoint('Flux', String.raw`single_transformer_blocks\.`),
  checkpoint('AuraFlow', String.raw`double_layers\.`),
  checkpoint('SD 3', String.raw`joint_blocks\.`),
  checkpoint('SD 3', String.raw`transformer_blocks\.\d+\.attn\.add_q_proj\.`, String.raw`pos_embed\.`),
  checkpoint('Qwen Image', String.raw`transformer_blocks\.\d+\.attn\.add_q_proj\.`),
  checkpoint('Stable Cascade / Wuerstchen (stage C)', String.raw`clip_txt_mapper\.`),
  checkpoint('Stable Cascade / Wuerstchen (stage B)', String.raw`effnet_mapper\.`),
  checkpoint('PixArt', String.raw`t_block\.`, String.raw`y_embedder\.`),
  checkpoint('Sana', String.raw`caption_projection\.`, String.raw`.*\.glumb_conv\.`),
  checkpoint('PixArt', String.raw`caption_projection\.`, String.raw`adaln_single\.`),
  checkpoint('HunyuanDiT', String.raw`mlp_t5\.`),
  checkpoint('Lumina', String.raw`cap_embedder\.`),
  checkpoint('Wan', String.raw`blocks\.0\.cross_attn\.norm_k\.`),
  checkpoint('Mochi', String.raw`t5_yproj\.`),
  checkpoint('LTX Video', String.raw`adaln_single\.`, String.raw`patchify_proj\.`),
  checkpoint('HiDream', String.raw`double_stream_blocks\.`),
  checkpoint('Cosmos', String.raw`(?:net\.)?blocks\.block0\.blocks\.0\.block\.attn\.`),
  checkpoint(
    'Cosmos',
    String.raw`(?:net\.)?blocks\.0\.mlp\.layer1\.`,
    String.raw`(?:net\.)?blocks\.0\.adaln_`,
  ),
  checkpoint('Kandinsky 5', String.raw`visual_transformer_blocks\.`),
  checkpoint('Kandinsky 2', String.raw`(?:unet\.)?add_embedding\.image_proj\.`),
  checkpoint('DeepFloyd IF', String.raw`encoder_pooling\.`),
  checkpoint('DeepFloyd IF', String.raw`add_embedding\.pool\.`),
]
