/** Owns putting a model together of a single file and of what it lacks: a VAE and text encoders from elsewhere. */
import type { NetworkPart, NetworkParts } from '../networks/parts.ts'
import type { TokenizerPart } from '../text/tokenizer-part.ts'
import type { SafetensorsHeader } from '../weights/safetensors.ts'
import type { CheckpointFile, NetworkInFile } from './checkpoint-file.ts'
import { decidingConfig } from './deciding-config.ts'
import { type ByteRange, type HashCache, hashSections, hashTexts } from './file-hashes.ts'
import type { Json } from './infer.ts'
import type { ExpertParts } from './record.ts'

/** What a file may lack. */
export type MissingPart = 'vae' | 'text-encoders'

/** Parts from elsewhere, which take precedence over the file's own. */
export interface Supplements {
  readonly vae?: NetworkPart
  /** The model whose text encoders and tokenizers are to be used. */
  readonly textEncoders?: ExpertParts
}

export type Assembled =
  | { readonly kind: 'complete'; readonly parts: ExpertParts; readonly fileHash: string }
  | { readonly kind: 'incomplete'; readonly missing: readonly MissingPart[] }

/** @throws AppError 'model-file' when the file cannot be read through. */
export async function assemble(
  checkpoint: CheckpointFile,
  header: SafetensorsHeader,
  supplements: Supplements,
  cache: HashCache,
): Promise<Assembled> {
  const hashed = await hashNetworks(checkpoint, header, cache)
  const own = (role: keyof NetworkParts) => partOf(checkpoint.networks[role], hashed.sections)
  const text = textOf(own('textEncoder'), own('textEncoder2'), supplements.textEncoders)
  const vae = supplements.vae ?? own('vae')
  const unet = own('unet')
  if (!vae || !text || !unet) {
    const missing: MissingPart[] = [
      ...(vae ? [] : ['vae' as const]),
      ...(text ? [] : ['text-encoders' as const]),
    ]
    return { kind: 'incomplete', missing }
  }
  const fitting = fittingText(text, unet.config)
  const networks = { ...fitting.networks, unet: withTimeIdWidth(unet, fitting.networks), vae }
  return {
    kind: 'complete',
    fileHash: hashed.file,
    parts: {
      networks,
      ...fitting.tokenizers,
      schedule: { config: checkpoint.schedule, configFile: checkpoint.file },
      zerosForNoNegative: networks.textEncoder !== undefined,
    },
  }
}

/** One pass over the file: its own hash, and one for each network that it holds. */
function hashNetworks(checkpoint: CheckpointFile, { tensors }: SafetensorsHeader, cache: HashCache) {
  const prefixes = Object.values(checkpoint.networks).map(network => network.weights.prefix)
  const sections = new Map(prefixes.map((prefix): [string, ByteRange[]] => [prefix, []]))
  for (const [name, { offset, length }] of tensors) {
    for (const [prefix, ranges] of sections) if (name.startsWith(prefix)) ranges.push({ offset, length })
  }
  return hashSections(checkpoint.file, sections, cache)
}

function partOf(
  network: NetworkInFile | undefined,
  sections: ReadonlyMap<string, string>,
): NetworkPart | undefined {
  if (!network) return undefined
  const { weights, config } = network
  const hash = hashTexts(decidingConfig(config), weights.naming, sections.get(weights.prefix) ?? '')
  return { weights, config, configFile: weights.file, hash }
}

interface Text {
  readonly networks: Pick<NetworkParts, 'textEncoder' | 'textEncoder2'>
  readonly tokenizers: Pick<ExpertParts, 'tokenizer' | 'tokenizer2'>
}

function textOf(
  first: NetworkPart | undefined,
  second: NetworkPart | undefined,
  elsewhere: ExpertParts | undefined,
): Text | undefined {
  if (elsewhere) {
    const { networks, tokenizer, tokenizer2 } = elsewhere
    const { textEncoder, textEncoder2 } = networks
    return {
      networks: { ...(textEncoder && { textEncoder }), textEncoder2 },
      tokenizers: { ...(tokenizer && { tokenizer }), tokenizer2 },
    }
  }
  if (!second) return undefined
  return {
    networks: { ...(first && { textEncoder: first }), textEncoder2: second },
    tokenizers: {
      ...(first && { tokenizer: clipTokenizer(first, 'first') }),
      tokenizer2: clipTokenizer(second, 'second'),
    },
  }
}

/** Single files carry no vocabulary: it is CLIP's. */
function clipTokenizer({ config }: NetworkPart, encoder: 'first' | 'second'): TokenizerPart {
  const tokens = Math.max(1, numberIn(config, 'vocab_size'))
  return { from: 'clip', tokens, encoder, hash: hashTexts('clip', String(tokens), encoder) }
}

/** A Refiner's U-Net reads the second encoder alone, whatever the model has that lends its encoders. */
function fittingText(text: Text, unet: Json): Text {
  const { textEncoder2 } = text.networks
  const readsSecondAlone =
    numberIn(unet, 'cross_attention_dim') === numberIn(textEncoder2.config, 'hidden_size')
  if (!readsSecondAlone) return text
  return { networks: { textEncoder2 }, tokenizers: { tokenizer2: text.tokenizers.tokenizer2 } }
}

/** Time ids share an input with the pooled text: what it leaves is 6 ids' in the Base, 5 in the Refiner. */
function withTimeIdWidth(unet: NetworkPart, text: Text['networks']): NetworkPart {
  const added = numberIn(unet.config, 'projection_class_embeddings_input_dim')
  const pooled = numberIn(text.textEncoder2.config, 'projection_dim')
  const width = Math.max(1, Math.floor((added - pooled) / (text.textEncoder ? 6 : 5)))
  return { ...unet, config: { ...unet.config, addition_time_embed_dim: width } }
}

function numberIn(config: Json, key: string): number {
  const value = config[key]
  return typeof value === 'number' ? value : 0
}
