/**
 * The scale of each module as PEFT computes it, from the ranks and alphas beside a LoRA's tensors: `lora_adapter_metadata`, JSON
 * that diffusers writes into the metadata, or the adapter_config.json of PEFT's folders.
 */
import { z } from 'zod'
import { complain, only, parseConfig } from '../config-file.ts'
import { type LoraNetwork, loraNetworks, type ModulePlace } from './module-index.ts'
import { peftTypes } from './unsupported-adapters.ts'

export interface AdapterScale {
  readonly alpha: number
  /** The divisor of alpha; absent: the rank of the factors. */
  readonly rank?: number
  /** Whether alpha is divided by the square root of the rank (rsLoRA; Kalajdzievski 2023). */
  readonly byRoot: boolean
}

/** Undefined for a module without a stated scale. */
export type ScaleOf = (place: ModulePlace) => AdapterScale | undefined

/** More of `.*` in one expression could take long. */
const maxWildcards = 3

/**
 * Values by module. A key is a regular expression for the end of the module's path, or for all of it after `^`. Because files are
 * untrusted, it may have only names, dots and `.*`.
 */
const pattern = z.record(z.string(), z.number()).superRefine((values, context) => {
  for (const key of Object.keys(values)) {
    const isPlain = /^\^?(?:[\w-]|\\\.|\.\*?)+$/.test(key) && key.split('.*').length <= maxWildcards + 1
    if (!isPlain) complain(context, key, { what: 'value', found: key, supported: ['name', '^name', '.*'] })
  }
})

/** The value of the first key that matches a path, as in PEFT. */
function valuesByPath(values: z.infer<typeof pattern>): (path: string) => number | undefined {
  const all = Object.entries(values).map(([key, value]) => {
    return { expression: new RegExp(`^(?:.*\\.)?(?:${key})$`), value }
  })
  return path => {
    // transformers 5 omits the first part of a text encoder's names in memory.
    const names = [path, path.replace(/^text_model\./, '')]
    return all.find(({ expression }) => names.some(name => expression.test(name)))?.value
  }
}

const component = z.object({
  lora_alpha: z.number().optional().catch(undefined),
  alpha_pattern: pattern.default({}),
  use_rslora: z.boolean().catch(false),
})

const components: Readonly<Record<LoraNetwork, string>> = {
  unet: 'unet',
  textEncoder: 'text_encoder',
  textEncoder2: 'text_encoder_2',
}

/** The scales in a file's metadata; none if they cannot be read. @throws AppError 'model-config' when a pattern is not supported. */
export function metadataScales(file: string, metadata: Readonly<Record<string, string>>): ScaleOf {
  const all = jsonOf(metadata.lora_adapter_metadata)
  const scales = new Map<LoraNetwork, (path: string) => AdapterScale>()
  for (const network of loraNetworks) {
    const prefix = `${components[network]}.`
    const own = Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value])
    const { lora_alpha, alpha_pattern, use_rslora } = parseConfig(file, Object.fromEntries(own), component)
    if (lora_alpha === undefined) continue
    const alphaAt = valuesByPath(alpha_pattern)
    scales.set(network, path => ({ alpha: alphaAt(path) ?? lora_alpha, byRoot: use_rslora }))
  }
  return ({ network, path }) => scales.get(network)?.(path)
}

function jsonOf(text = '{}'): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(text))
  } catch {
    return {}
  }
}

const rank = z.int().min(1).max(1_000_000)

/** Keys of methods that change the sum in ways that Easel does not have. */
const otherMethods = [
  'alora_invocation_tokens',
  'arrow_config',
  'kasa_config',
  'layer_replication',
  'monteclora_config',
  'use_bdlora',
  'use_qalora',
  'velora_config',
] as const

/** The keys of an adapter_config.json that change the result. Defaults as in PEFT. */
export const adapterConfigSchema = z.object({
  peft_type: z.enum(peftTypes),
  r: rank.default(8),
  /** LoRA's; LoHa and LoKr have `alpha`. */
  lora_alpha: z.number().optional(),
  alpha: z.number().optional(),
  rank_pattern: pattern.nullish(),
  alpha_pattern: pattern.nullish(),
  use_rslora: z.boolean().nullish(),
  auto_mapping: z.object({ base_model_class: z.string().optional() }).nullish().catch(null),
  /** The other ways change the model's own weights, too. */
  init_lora_weights: z.union([z.boolean(), z.enum(['gaussian', 'eva', 'orthogonal'])]).optional(),
  ...Object.fromEntries(otherMethods.map(key => [key, only(null, false)])),
})
export type AdapterConfig = z.infer<typeof adapterConfigSchema>

/** The classes of SDXL's networks in the reference. */
const networksByClass: Readonly<Record<string, LoraNetwork>> = {
  UNet2DConditionModel: 'unet',
  CLIPTextModel: 'textEncoder',
  CLIPTextModelWithProjection: 'textEncoder2',
}

/** The network that a folder was trained for. Its names are those inside this network. */
export function networkOf({ auto_mapping }: AdapterConfig): LoraNetwork | undefined {
  const stated = auto_mapping?.base_model_class ?? ''
  return Object.hasOwn(networksByClass, stated) ? networksByClass[stated] : undefined
}

const defaultAlpha = 8

/** The scales of a folder that PEFT wrote. They are those of its ranks, also where both factors of a LoKr are whole. */
export function configScales(config: AdapterConfig): ScaleOf {
  const { r, lora_alpha, alpha = lora_alpha ?? defaultAlpha, use_rslora } = config
  const rankAt = valuesByPath(config.rank_pattern ?? {})
  const alphaAt = valuesByPath(config.alpha_pattern ?? {})
  return ({ path }) => ({
    alpha: alphaAt(path) ?? alpha,
    rank: rankAt(path) ?? r,
    byRoot: use_rslora ?? false,
  })
}
