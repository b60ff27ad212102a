/**
 * The tensor names of OpenCLIP's text encoder, SDXL's second one in Stability's files, paired with those of transformers.
 * OpenCLIP stores query, key and value as rows of one matrix, and the text projection as [in, out].
 */
import { type NamePair, NameTable } from './name-table.ts'

const block: readonly NamePair[] = [
  ['ln_1', 'layer_norm1'],
  ['ln_2', 'layer_norm2'],
  ['mlp.c_fc', 'mlp.fc1'],
  ['mlp.c_proj', 'mlp.fc2'],
  ['attn.out_proj', 'self_attn.out_proj'],
]

/** All names except those of OpenClipException. */
export function openClipNames(layers: number): NameTable {
  return new NameTable([
    ['token_embedding', 'text_model.embeddings.token_embedding'],
    ['ln_final', 'text_model.final_layer_norm'],
    ...Array.from({ length: layers }, (_, i) =>
      block.map(
        ([openClip, transformers]): NamePair => [
          `transformer.resblocks.${i}.${openClip}`,
          `text_model.encoder.layers.${i}.${transformers}`,
        ],
      ),
    ).flat(),
  ])
}

/** The exceptions: a renamed tensor that is not a module's, a third of a fused tensor, a transposed tensor. */
export type OpenClipException =
  | { readonly kind: 'renamed'; readonly name: string }
  | { readonly kind: 'third'; readonly name: string; readonly third: 0 | 1 | 2 }
  | { readonly kind: 'transposed'; readonly name: string }

export function openClipException(name: string): OpenClipException | undefined {
  if (name === 'text_model.embeddings.position_embedding.weight')
    return { kind: 'renamed', name: 'positional_embedding' }
  if (name === 'text_projection.weight') return { kind: 'transposed', name: 'text_projection' }
  const fused = /^text_model\.encoder\.layers\.(\d+)\.self_attn\.([qkv])_proj\.(weight|bias)$/.exec(name)
  if (!fused) return undefined
  const [, layer, part, kind] = fused
  const third = part === 'q' ? 0 : part === 'k' ? 1 : 2
  return { kind: 'third', name: `transformer.resblocks.${layer}.attn.in_proj_${kind}`, third }
}
