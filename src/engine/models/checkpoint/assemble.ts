/** Assembles a model from its own parts and from missing parts of other files: a VAE and text encoders. */
import type { TextEncoderName } from '../../../common/choices.ts'
import type { MissingPart } from '../../../errors/model-problem.ts'
import type { NetworkPart, NetworkParts } from '../../networks/plan/parts.ts'
import type { TokenizerPart } from '../../text/tokenizer/tokenizer-part.ts'
import { hashTexts } from '../hashes/file-hashes.ts'
import type { Json } from '../infer/weights-view.ts'
import type { ExpertParts } from '../record.ts'
import type { FoundParts } from './found-parts.ts'

/** Parts from other files, which take precedence over the model's own. */
export interface Supplements {
  readonly vae?: NetworkPart
  /** The model that supplies text encoders and tokenizers. */
  readonly textEncoders?: ExpertParts
}

export type Assembled =
  | { readonly kind: 'complete'; readonly parts: ExpertParts; readonly hash: string }
  | { readonly kind: 'incomplete'; readonly missing: MissingPart }

export function assemble(found: FoundParts, supplements: Supplements): Assembled {
  const { unet } = found.networks
  const vae = supplements.vae ?? found.networks.vae
  const { textEncoders: lender } = supplements
  const text = lender ? lentText(lender, unet?.config ?? {}) : ownText(found)
  if (!text) return { kind: 'incomplete', missing: 'text-encoders' }
  if (!vae || !unet) return { kind: 'incomplete', missing: 'vae' }
  const networks = { ...text.networks, unet: withTimeIdWidth(unet, text.networks), vae }
  const parts: ExpertParts = {
    networks,
    ...text.tokenizers,
    schedule: found.schedule,
    zerosForNoNegative: found.zerosForNoNegative ?? networks.textEncoder !== undefined,
  }
  const isWhole = !supplements.vae && !supplements.textEncoders
  return { kind: 'complete', parts, hash: (isWhole && found.fileHash) || hashOf(parts) }
}

/** The hash over all parts with their roles: the same weights in another role are another model. */
export function hashOf({ networks, tokenizer, tokenizer2, schedule, ...rest }: ExpertParts): string {
  const { textEncoder, textEncoder2, unet, vae } = networks
  return hashTexts(
    ...[textEncoder, textEncoder2, unet, vae].map(part => part?.hash ?? ''),
    tokenizer?.hash ?? '',
    tokenizer2.hash,
    JSON.stringify(schedule.config),
    String(rest.zerosForNoNegative),
  )
}

interface Text {
  readonly networks: Pick<NetworkParts, 'textEncoder' | 'textEncoder2'>
  readonly tokenizers: Pick<ExpertParts, 'tokenizer' | 'tokenizer2'>
}

/** The text encoders of another model; a Refiner's U-Net uses the second encoder only. */
function lentText({ networks, tokenizer, tokenizer2 }: ExpertParts, unet: Json): Text {
  const { textEncoder, textEncoder2 } = networks
  const width = numberIn(unet, 'cross_attention_dim')
  if (width === numberIn(textEncoder2.config, 'hidden_size')) {
    return { networks: { textEncoder2 }, tokenizers: { tokenizer2 } }
  }
  return {
    networks: { ...(textEncoder && { textEncoder }), textEncoder2 },
    tokenizers: { ...(tokenizer && { tokenizer }), tokenizer2 },
  }
}

function ownText({ networks, tokenizer, tokenizer2 }: FoundParts): Text | undefined {
  const { textEncoder: first, textEncoder2: second } = networks
  if (!second) return undefined
  // Only a Refiner's U-Net reads the second encoder alone; a Base without its first one would pass for a Refiner.
  const width = numberIn(networks.unet?.config ?? {}, 'cross_attention_dim')
  if (!first && width > numberIn(second.config, 'hidden_size')) return undefined
  return {
    networks: { ...(first && { textEncoder: first }), textEncoder2: second },
    tokenizers: {
      ...(first && { tokenizer: tokenizer ?? clipTokenizer(first, 'first') }),
      tokenizer2: tokenizer2 ?? clipTokenizer(second, 'second'),
    },
  }
}

/** CLIP's own tokenizer, because single files contain no vocabulary. */
function clipTokenizer({ config }: NetworkPart, encoder: TextEncoderName): TokenizerPart {
  const tokens = Math.max(1, numberIn(config, 'vocab_size'))
  return { from: 'clip', tokens, encoder, hash: hashTexts('clip', String(tokens), encoder) }
}

/** Time ids share an input with the pooled text: the remaining width is that of 6 ids in the Base, 5 in the Refiner. */
function withTimeIdWidth(unet: NetworkPart, text: Text['networks']): NetworkPart {
  if ('addition_time_embed_dim' in unet.config) return unet
  const added = numberIn(unet.config, 'projection_class_embeddings_input_dim')
  const pooled = numberIn(text.textEncoder2.config, 'projection_dim')
  const width = Math.max(1, Math.floor((added - pooled) / (text.textEncoder ? 6 : 5)))
  return { ...unet, config: { ...unet.config, addition_time_embed_dim: width } }
}

function numberIn(config: Json, key: string): number {
  const value = config[key]
  return typeof value === 'number' ? value : 0
}
