/** Why a file of a model cannot be used: codes with the facts that their sentence needs; words/ says them. */
import { z } from 'zod'

const bytes = z.number()
const tensor = z.string()
const shape = z.array(z.number())

/** Formats that people save or rename to .safetensors. */
export const foreignFormats = ['pickle', 'lfs-pointer', 'gguf', 'onnx', 'archive', 'web-page'] as const
export type ForeignFormat = (typeof foreignFormats)[number]

/** What a file can be recognised as: the kinds that a models folder holds, and parts that are of no use by themselves. */
export const fileKinds = [
  'checkpoint',
  'lora',
  'embedding',
  'vae',
  'controlnet',
  'ip-adapter',
  'upscaler',
  'text-encoder',
  'image-encoder',
] as const
export type FileKind = (typeof fileKinds)[number]

/** What a checkpoint may lack. */
export const missingParts = ['vae', 'text-encoders'] as const
export type MissingPart = (typeof missingParts)[number]

/** What a safetensors header has wrong as a whole. */
export const headerFaults = ['not-utf8', 'not-json', 'not-an-object', 'metadata'] as const
export type HeaderFault = (typeof headerFaults)[number]

/** What one tensor's entry in a header has wrong. */
export const entryFaults = ['description', 'unknown-key', 'dtype', 'shape', 'offsets'] as const
export type EntryFault = (typeof entryFaults)[number]

/** What is wrong with a file: the reasons of the fault 'model-file'. */
export const modelFileProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('missing') }),
  /** `code`: the system's own, such as EACCES. */
  z.object({ what: z.literal('unreadable'), code: z.string() }),
  /** A device, a pipe, a socket: something that is never opened. */
  z.object({ what: z.literal('not-a-file') }),
  z.object({ what: z.literal('too-large'), bytes, limitBytes: bytes }),
  z.object({ what: z.literal('not-json') }),

  // The models folders.
  z.object({ what: z.literal('not-a-folder') }),
  z.object({ what: z.literal('too-deep'), limit: z.number() }),
  z.object({ what: z.literal('too-many-files'), limit: z.number() }),
  z.object({ what: z.literal('dangling-link'), target: z.string() }),
  z.object({ what: z.literal('outside-link'), target: z.string() }),
  z.object({ what: z.literal('name-taken'), by: z.string() }),
  z.object({ what: z.literal('name-unusable') }),
  /** models.lock names it with another hash. */
  z.object({ what: z.literal('not-the-pinned-one'), expected: z.string(), found: z.string() }),
  /** models.lock names what is not there. */
  z.object({ what: z.literal('pinned-missing'), name: z.string() }),

  // What a file was recognised as.
  z.object({ what: z.literal('other-family'), kind: z.enum(fileKinds), family: z.string() }),
  /** `folder`: where files of its kind belong; undefined for what is of no use by itself. */
  z.object({ what: z.literal('other-kind'), kind: z.enum(fileKinds), folder: z.string().optional() }),
  z.object({ what: z.literal('not-recognised'), tensors: z.array(tensor) }),
  /** `variant`: its proper name, of a kind that is otherwise used. */
  z.object({ what: z.literal('variant-not-built'), kind: z.enum(fileKinds), variant: z.string() }),
  /** An IP-Adapter for an image encoder of that width, of which there is none. */
  z.object({ what: z.literal('no-image-encoder'), width: z.number() }),
  /** `key`: of the configuration, which names where to take the part from. */
  z.object({ what: z.literal('part-missing'), part: z.enum(missingParts), key: z.string() }),
  z.object({ what: z.literal('no-base') }),
  z.object({ what: z.literal('other-latents'), found: z.number(), expected: z.number() }),

  /** A folder that should hold weights. */
  z.object({ what: z.literal('no-weights') }),
  z.object({ what: z.literal('only-pickle'), name: z.string() }),

  // A .safetensors file as such.
  z.object({ what: z.literal('foreign'), format: z.enum(foreignFormats) }),
  z.object({ what: z.literal('too-short'), bytes }),
  /** `claimedBytes` is text: it may be beyond what a number holds. */
  z.object({ what: z.literal('header-size'), claimedBytes: z.string(), limitBytes: bytes }),
  z.object({ what: z.literal('header'), fault: z.enum(headerFaults) }),
  z.object({ what: z.literal('too-many-tensors'), limit: z.number() }),
  z.object({ what: z.literal('key-twice'), key: z.string() }),
  z.object({ what: z.literal('key-forbidden'), key: z.string() }),
  /** The header promises more than the file has. */
  z.object({ what: z.literal('truncated'), expectedBytes: bytes, foundBytes: bytes }),
  z.object({ what: z.literal('became-shorter') }),
  z.object({ what: z.literal('gap'), tensor }),
  z.object({ what: z.literal('overlap'), tensor }),
  z.object({ what: z.literal('extra-bytes'), bytes }),
  z.object({ what: z.literal('tensor-entry'), tensor, fault: z.enum(entryFaults), found: z.string() }),
  z.object({ what: z.literal('tensor-length'), tensor, expectedBytes: z.string(), foundBytes: bytes }),

  // The tensors that a network asks for.
  z.object({ what: z.literal('tensor-missing'), tensor }),
  z.object({ what: z.literal('tensor-shape'), tensor, expected: shape, found: shape }),
  z.object({ what: z.literal('tensor-dtype'), tensor, dtype: z.string(), usable: z.array(z.string()) }),

  // ONNX.
  z.object({ what: z.literal('not-onnx') }),
  /** Nothing can be added to weights that only a graph knows. */
  z.object({ what: z.literal('onnx-weights') }),

  // Embeddings.
  z.object({ what: z.literal('embedding-vectors'), tensor, found: z.number(), most: z.number() }),

  // LoRAs.
  /** `module`: in the file's spelling; `expected`: the weight's shape; `found`: those of the factors. */
  z.object({ what: z.literal('lora-shape'), module: z.string(), expected: shape, found: z.array(shape) }),
  /** Of `modules` that the file has, none is the model's. */
  z.object({ what: z.literal('lora-unmatched'), modules: z.number(), examples: z.array(z.string()) }),
  z.object({ what: z.literal('not-finite'), tensor }),

  // Shards.
  z.object({ what: z.literal('not-an-index') }),
  z.object({ what: z.literal('shard-name'), shard: z.string() }),
  z.object({ what: z.literal('shard-lacks'), tensor }),

  // Vocabularies.
  z.object({ what: z.literal('no-merges') }),
  z.object({ what: z.literal('token-missing'), token: z.string() }),
  /** More tokens than the text encoder beside it knows. */
  z.object({ what: z.literal('token-beyond'), id: z.number(), vocabulary: z.number() }),
])
export type ModelFileProblem = z.infer<typeof modelFileProblem>

/** The kinds of value that a key of a config.json can hold. */
export const valueKinds = [
  'whole-number',
  'number',
  'text',
  'true-or-false',
  'list',
  'object',
  'other',
] as const
export type ValueKind = (typeof valueKinds)[number]

/** What is wrong with a key of a config.json: the reasons of the fault 'model-config'. Values are written as JSON. */
export const modelConfigProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('kind'), found: z.string(), expected: z.enum(valueKinds) }),
  z.object({ what: z.literal('value'), found: z.string(), supported: z.array(z.string()) }),
  z.object({ what: z.literal('below'), found: z.string(), minimum: z.number(), exclusive: z.boolean() }),
  z.object({ what: z.literal('above'), found: z.string(), maximum: z.number(), exclusive: z.boolean() }),
  /** Betas, or EDM's sigmas, that grow beyond all numbers. */
  z.object({ what: z.literal('noise-without-end') }),
  /** addition_embed_type: what tells SDXL from its relatives. */
  z.object({ what: z.literal('not-sdxl') }),
  z.object({ what: z.literal('entries'), found: z.number(), levels: z.number() }),
  /** Depths of a block's transformers, one for each of its ResNetBlocks. */
  z.object({ what: z.literal('depths'), found: z.number(), blocks: z.number() }),
  z.object({ what: z.literal('not-multiple'), found: z.number(), key: z.string(), of: z.number() }),
  z.object({ what: z.literal('not-divisor'), found: z.number(), key: z.string(), of: z.number() }),
  z.object({ what: z.literal('heads'), heads: z.number(), channels: z.number() }),
  z.object({ what: z.literal('differs'), found: z.number(), key: z.string(), from: z.number() }),
  /** in_channels and out_channels beside the VAE's latents. */
  z.object({
    what: z.literal('channels'),
    found: z.number(),
    allowed: z.array(z.number()),
    latents: z.number(),
  }),
  /** cross_attention_dim beside what the text encoders give. */
  z.object({ what: z.literal('text-width'), found: z.number(), given: z.number() }),
  /** projection_class_embeddings_input_dim beside the pooled text and the time ids. */
  z.object({ what: z.literal('added-width'), found: z.number(), pooled: z.number(), idWidth: z.number() }),
])
export type ModelConfigProblem = z.infer<typeof modelConfigProblem>
