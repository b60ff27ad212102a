/** Owns the names inside a ControlNet: the original ones (Zhang et al., cldm.py) beside those of diffusers. */
import { type NamePair, NameTable } from './name-table.ts'
import { type UNetStructure, wayDownNames } from './unet-names.ts'

/** The way down and the middle are a U-Net's; the picture's embedding and the zero convolutions are its own. */
export function controlNetNames(structure: UNetStructure): NameTable {
  const { levels, layers } = structure
  const results = levels * (layers + 1)
  return new NameTable([
    ...wayDownNames(structure),
    ...pictureEmbedding(),
    ...Array.from(
      { length: results },
      (_, i): NamePair => [`zero_convs.${i}.0`, `controlnet_down_blocks.${i}`],
    ),
    ['middle_block_out.0', 'controlnet_mid_block'],
  ])
}

/** Eight convolutions in a row, with SiLU between them that counts, too. */
function pictureEmbedding(): NamePair[] {
  const between = Array.from(
    { length: embeddingConvolutions - 2 },
    (_, i): NamePair => [`input_hint_block.${2 * i + 2}`, `controlnet_cond_embedding.blocks.${i}`],
  )
  return [
    ['input_hint_block.0', 'controlnet_cond_embedding.conv_in'],
    ...between,
    [`input_hint_block.${2 * embeddingConvolutions - 2}`, 'controlnet_cond_embedding.conv_out'],
  ]
}

/** Fixed in the original: full size, three halvings with a convolution before each, and one to the U-Net's width. */
const embeddingConvolutions = 8
