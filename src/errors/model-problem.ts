/** Problems of model files, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

const bytes = z.number()
const tensor = z.string()
const shape = z.array(z.number())

/** Formats that people save or rename to .safetensors. */
export const foreignFormats = [
  'pickle',
  'lfs-pointer',
  'gguf',
  'onnx',
  'archive',
  'web-page',
  'text',
] as const
export type ForeignFormat = (typeof foreignFormats)[number]

/** The recognised kinds of files: the kinds of a models folder, and parts that are useless by themselves. */
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

/** Parts that a checkpoint may lack. */
export const missingParts = ['vae', 'text-encoders'] as const
export type MissingPart = (typeof missingParts)[number]

/** Faults of a whole safetensors header. */
export const headerFaults = ['not-utf8', 'not-json', 'not-an-object', 'metadata'] as const
export type HeaderFault = (typeof headerFaults)[number]

/** Faults of one tensor's entry in a header. */
export const entryFaults = ['description', 'unknown-key', 'dtype', 'shape', 'offsets'] as const
export type EntryFault = (typeof entryFaults)[number]

/** Problems of a file: the reasons of the fault 'model-file'. */
export const modelFileProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('missing') }),
  /** `code`: the system's own, such as EACCES. */
  z.object({ what: z.literal('unreadable'), code: z.string() }),
  /** A device, a pipe or a socket, which is never opened. */
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
  /** Node cannot open it by the name that it reads. */
  z.object({ what: z.literal('name-not-utf8') }),
  /** models.lock lists it with another hash. */
  z.object({ what: z.literal('not-the-pinned-one'), expected: z.string(), found: z.string() }),
  /** models.lock lists a model that does not exist. */
  z.object({ what: z.literal('pinned-missing'), name: z.string() }),

  // Recognised files.
  z.object({ what: z.literal('other-family'), kind: z.enum(fileKinds), family: z.string() }),
  /** `folder`: the folder for its kind; undefined for a part that is useless by itself. */
  z.object({ what: z.literal('other-kind'), kind: z.enum(fileKinds), folder: z.string().optional() }),
  z.object({ what: z.literal('not-recognised'), tensors: z.array(tensor) }),
  /** `variant`: the proper name of an unsupported variant of a supported kind. */
  z.object({ what: z.literal('variant-not-built'), kind: z.enum(fileKinds), variant: z.string() }),
  /** An IP-Adapter whose image encoder, of that width, is missing. */
  z.object({ what: z.literal('no-image-encoder'), width: z.number() }),
  /** `key`: the configuration key that chooses the part. */
  z.object({ what: z.literal('part-missing'), part: z.enum(missingParts), key: z.string() }),
  z.object({ what: z.literal('no-base') }),
  z.object({ what: z.literal('other-latents'), found: z.number(), expected: z.number() }),
  /** Widths of text that no model of the library has; `expected`: those that they have. */
  z.object({
    what: z.literal('other-width'),
    kind: z.enum(fileKinds),
    found: z.array(z.number()),
    expected: z.array(z.number()),
  }),

  /** A folder without the expected weights. */
  z.object({ what: z.literal('no-weights') }),
  z.object({ what: z.literal('only-pickle'), name: z.string() }),

  // The .safetensors format.
  z.object({ what: z.literal('foreign'), format: z.enum(foreignFormats) }),
  z.object({ what: z.literal('too-short'), bytes }),
  /** `claimedBytes` is text, because it may exceed the range of a number. */
  z.object({ what: z.literal('header-size'), claimedBytes: z.string(), limitBytes: bytes }),
  z.object({ what: z.literal('header'), fault: z.enum(headerFaults) }),
  z.object({ what: z.literal('too-many-tensors'), limit: z.number() }),
  z.object({ what: z.literal('key-twice'), key: z.string() }),
  z.object({ what: z.literal('key-forbidden'), key: z.string() }),
  /** The header describes more bytes than the file has. */
  z.object({ what: z.literal('truncated'), expectedBytes: bytes, foundBytes: bytes }),
  z.object({ what: z.literal('became-shorter') }),
  z.object({ what: z.literal('gap'), tensor }),
  z.object({ what: z.literal('overlap'), tensor }),
  z.object({ what: z.literal('extra-bytes'), bytes }),
  z.object({ what: z.literal('tensor-entry'), tensor, fault: z.enum(entryFaults), found: z.string() }),
  z.object({ what: z.literal('tensor-length'), tensor, expectedBytes: z.string(), foundBytes: bytes }),

  // The tensors of a network.
  z.object({ what: z.literal('tensor-missing'), tensor }),
  z.object({ what: z.literal('tensor-shape'), tensor, expected: shape, found: shape }),
  z.object({ what: z.literal('tensor-dtype'), tensor, dtype: z.string(), usable: z.array(z.string()) }),
  /** The scale of 8-bit weights under a name that no weight has it under. */
  z.object({ what: z.literal('scale-unknown'), tensor }),

  // ONNX.
  z.object({ what: z.literal('not-onnx') }),
  /** Weights inside a foreign graph cannot be modified. */
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
  /** A token id outside the text encoder's vocabulary. */
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

/** Problems of a key of a config.json: the reasons of the fault 'model-config'. Values are JSON texts. */
export const modelConfigProblem = z.discriminatedUnion('what', [
  z.object({ what: z.literal('kind'), found: z.string(), expected: z.enum(valueKinds) }),
  z.object({ what: z.literal('value'), found: z.string(), supported: z.array(z.string()) }),
  z.object({ what: z.literal('below'), found: z.string(), minimum: z.number(), exclusive: z.boolean() }),
  z.object({ what: z.literal('above'), found: z.string(), maximum: z.number(), exclusive: z.boolean() }),
  /** Betas, or EDM's sigmas, that become infinite. */
  z.object({ what: z.literal('noise-without-end') }),
  /** addition_embed_type, which distinguishes SDXL from related models. */
  z.object({ what: z.literal('not-sdxl') }),
  z.object({ what: z.literal('entries'), found: z.number(), levels: z.number() }),
  /** Depths of a block's transformers, one for each of its ResNetBlocks. */
  z.object({ what: z.literal('depths'), found: z.number(), blocks: z.number() }),
  z.object({ what: z.literal('not-multiple'), found: z.number(), key: z.string(), of: z.number() }),
  z.object({ what: z.literal('not-divisor'), found: z.number(), key: z.string(), of: z.number() }),
  z.object({ what: z.literal('heads'), heads: z.number(), channels: z.number() }),
  z.object({ what: z.literal('differs'), found: z.number(), key: z.string(), from: z.number() }),
  /** in_channels and out_channels do not match the VAE's latents. */
  z.object({
    what: z.literal('channels'),
    found: z.number(),
    allowed: z.array(z.number()),
    latents: z.number(),
  }),
  /** cross_attention_dim does not match the text encoders' output. */
  z.object({ what: z.literal('text-width'), found: z.number(), given: z.number() }),
  /** projection_class_embeddings_input_dim does not match the pooled text and the time ids. */
  z.object({ what: z.literal('added-width'), found: z.number(), pooled: z.number(), idWidth: z.number() }),
])
export type ModelConfigProblem = z.infer<typeof modelConfigProblem>
