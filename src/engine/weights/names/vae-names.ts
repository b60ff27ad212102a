/**
 * The tensor names of a VAE: Stability's original ones paired with those of diffusers, whose decoder numbers its levels from
 * the coarsest, and those of diffusers before version 0.15.
 */
import { below, type NamePair, NameTable } from './name-table.ts'

const resNetBlock: readonly NamePair[] = [
  ['norm1', 'norm1'],
  ['conv1', 'conv1'],
  ['norm2', 'norm2'],
  ['conv2', 'conv2'],
  ['nin_shortcut', 'conv_shortcut'],
]

/** The original uses 1×1 convolutions. */
const attention: readonly NamePair[] = [
  ['norm', 'group_norm'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
]

/** Every module of a VAE with `levels` levels of up to `layers` ResNetBlocks each. */
export function vaeNames(levels: number, layers: number): NameTable {
  return new NameTable([
    ['quant_conv', 'quant_conv'],
    ['post_quant_conv', 'post_quant_conv'],
    ...['encoder', 'decoder'].flatMap(half => [...ends(half), ...middle(half)]),
    ...Array.from({ length: levels }, (_, level) => [
      ...resNetBlocks(`encoder.down.${level}.block`, `encoder.down_blocks.${level}.resnets`, layers),
      ...resNetBlocks(`decoder.up.${levels - 1 - level}.block`, `decoder.up_blocks.${level}.resnets`, layers),
      ...resampling(level, levels),
    ]).flat(),
  ])
}

function ends(half: string): NamePair[] {
  return below(
    [half, half],
    [
      ['conv_in', 'conv_in'],
      ['norm_out', 'conv_norm_out'],
      ['conv_out', 'conv_out'],
    ],
  )
}

function middle(half: string): NamePair[] {
  return [
    ...below([`${half}.mid.block_1`, `${half}.mid_block.resnets.0`], resNetBlock),
    ...below([`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`], attention),
    ...below([`${half}.mid.block_2`, `${half}.mid_block.resnets.1`], resNetBlock),
  ]
}

function resNetBlocks(original: string, diffusers: string, count: number): NamePair[] {
  return Array.from({ length: count }, (_, i) =>
    below([`${original}.${i}`, `${diffusers}.${i}`], resNetBlock),
  ).flat()
}

function resampling(level: number, levels: number): NamePair[] {
  return [
    [`encoder.down.${level}.downsample.conv`, `encoder.down_blocks.${level}.downsamplers.0.conv`],
    [`decoder.up.${levels - 1 - level}.upsample.conv`, `decoder.up_blocks.${level}.upsamplers.0.conv`],
  ]
}

/** The name of a VAE's attention in diffusers before version 0.15; undefined for any other name. */
export function oldAttentionName(name: string): string | undefined {
  const [, path, part = '', rest] =
    /^(.*\.attentions\.\d+\.)(to_q|to_k|to_v|to_out\.0)(\..*)$/.exec(name) ?? []
  return path === undefined ? undefined : `${path}${oldParts[part]}${rest}`
}

const oldParts: Readonly<Record<string, string>> = {
  to_q: 'query',
  to_k: 'key',
  to_v: 'value',
  'to_out.0': 'proj_attn',
}
