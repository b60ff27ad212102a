/**
 * The tensor names of a U-Net: Stability's original ones (generative-models, openaimodel.py) paired with those of diffusers.
 * The original numbers the blocks of all levels consecutively: with L ResNetBlocks per level, level i begins at
 * input_blocks.{1 + i(L+1)} and at output_blocks.{i(L+1)}.
 */
import { below, type NamePair, NameTable } from './name-table.ts'

/** The properties of a U-Net that determine its names. */
export interface UNetStructure {
  readonly levels: number
  /** ResNetBlocks per down block; an up block has one more. */
  readonly layers: number
  /** Whether each up block has attention, from the coarsest level to the finest: it comes before the UpSample. */
  readonly attentionUp: readonly boolean[]
}

const resNetBlock: readonly NamePair[] = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
]

const outerNames: readonly NamePair[] = [
  ['time_embed.0', 'time_embedding.linear_1'],
  ['time_embed.2', 'time_embedding.linear_2'],
  ['label_emb.0.0', 'add_embedding.linear_1'],
  ['label_emb.0.2', 'add_embedding.linear_2'],
  ['input_blocks.0.0', 'conv_in'],
  ['out.0', 'conv_norm_out'],
  ['out.2', 'conv_out'],
]

/** Every module of the U-Net. Inside SpatialTransformers both naming schemes are the same. */
export function unetNames(structure: UNetStructure): NameTable {
  return new NameTable([...encoderNames(structure), ...upBlockNames(structure)])
}

/** Every module except the up blocks: of a ControlNet, too. */
export function encoderNames(structure: UNetStructure): NamePair[] {
  return [...outerNames, ...downBlockNames(structure), ...midBlockNames]
}

const midBlockNames: readonly NamePair[] = [
  ...below(['middle_block.0', 'mid_block.resnets.0'], resNetBlock),
  ['middle_block.1', 'mid_block.attentions.0'],
  ...below(['middle_block.2', 'mid_block.resnets.1'], resNetBlock),
]

function downBlockNames({ levels, layers }: UNetStructure): NamePair[] {
  return eachLayer(levels, layers, (level, layer): NamePair[] => {
    const place = `input_blocks.${1 + level * (layers + 1) + layer}`
    const block = `down_blocks.${level}`
    return [
      ...below([`${place}.0`, `${block}.resnets.${layer}`], resNetBlock),
      [`${place}.1`, `${block}.attentions.${layer}`],
      [`input_blocks.${(level + 1) * (layers + 1)}.0.op`, `${block}.downsamplers.0.conv`],
    ]
  })
}

function upBlockNames({ levels, layers, attentionUp }: UNetStructure): NamePair[] {
  return eachLayer(levels, layers + 1, (level, layer): NamePair[] => {
    const place = `output_blocks.${level * (layers + 1) + layer}`
    const block = `up_blocks.${level}`
    const last = `output_blocks.${level * (layers + 1) + layers}`
    const attention: NamePair[] = attentionUp[level] ? [[`${place}.1`, `${block}.attentions.${layer}`]] : []
    return [
      ...below([`${place}.0`, `${block}.resnets.${layer}`], resNetBlock),
      ...attention,
      [`${last}.${attentionUp[level] ? 2 : 1}.conv`, `${block}.upsamplers.0.conv`],
    ]
  })
}

function eachLayer(
  levels: number,
  layers: number,
  pairs: (level: number, layer: number) => NamePair[],
): NamePair[] {
  return Array.from({ length: levels * layers }, (_, i) => pairs(Math.floor(i / layers), i % layers)).flat()
}

/** SDXL has 3 levels and 2 layers. The bound limits the product for a hostile file. */
export const maxPerAxis = 16

/** The structure of a U-Net with original names; `has` takes names without prefix. Undefined if it is not a U-Net. */
export function unetStructure(has: (name: string) => boolean): UNetStructure | undefined {
  if (!has('input_blocks.0.0.weight')) return undefined
  const downSamples: number[] = []
  let blocks = 1
  for (
    ;
    has(`input_blocks.${blocks}.0.op.weight`) || has(`input_blocks.${blocks}.0.in_layers.0.weight`);
    blocks++
  )
    if (has(`input_blocks.${blocks}.0.op.weight`)) downSamples.push(blocks)
  const layers = (downSamples[0] ?? blocks) - 1
  const levels = downSamples.length + 1
  if (layers < 1 || layers > maxPerAxis || levels > maxPerAxis) return undefined
  const attentionUp = Array.from({ length: levels }, (_, level) =>
    has(`output_blocks.${level * (layers + 1)}.1.norm.weight`),
  )
  return { levels, layers, attentionUp }
}
