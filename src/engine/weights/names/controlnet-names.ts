/** The tensor names of a ControlNet: the original ones (Zhang et al., cldm.py) paired with those of diffusers. */
import { type NamePair, NameTable } from './name-table.ts'
import { encoderNames, type UNetStructure } from './unet-names.ts'

/** Down blocks and middle are those of a U-Net; the picture's embedding and the zero convolutions are additional. */
export function controlNetNames(structure: UNetStructure): NameTable {
  const { levels, layers } = structure
  const results = levels * (layers + 1)
  return new NameTable([
    ...encoderNames(structure),
    ...pictureEmbedding(),
    ...Array.from(
      { length: results },
      (_, i): NamePair => [`zero_convs.${i}.0`, `controlnet_down_blocks.${i}`],
    ),
    ['middle_block_out.0', 'controlnet_mid_block'],
  ])
}

/** Eight consecutive convolutions with SiLU between them; the indexes count SiLU too. */
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

/** Fixed in the original: one at full size, three pairs (the second halves), and one to the U-Net's width. */
const embeddingConvolutions = 8
