/** Problems of one key of the configuration or the environment, as codes with facts; words/ has their sentences. */
import { z } from 'zod'

/** The types of values. */
export const settingTypes = ['integer', 'number', 'string', 'boolean', 'array', 'object'] as const
export type SettingType = (typeof settingTypes)[number]

/** The checked formats of texts. */
export const settingFormats = [
  'url',
  'device',
  'host',
  'memory',
  'network',
  'person',
  'redis',
  'key-prefix',
  'wildcard-name',
] as const
export type SettingFormat = (typeof settingFormats)[number]

/** The common mistakes in YAML; `syntax` is every other one. */
export const yamlFaults = [
  'syntax',
  'indentation',
  'tab',
  'duplicate-key',
  'nested-key',
  'reserved-character',
  'unknown-alias',
  'several-documents',
] as const
export type YamlFault = (typeof yamlFaults)[number]

const found = z.string()

export const configProblem = z.discriminatedUnion('what', [
  /** Invalid YAML, with the position if the parser knows it, counted from 1. */
  z.object({
    what: z.literal('yaml'),
    fault: z.enum(yamlFaults),
    position: z.object({ line: z.number(), column: z.number() }).optional(),
  }),
  /** The schema refuses the value for a reason that no other problem covers. */
  z.object({ what: z.literal('invalid'), found }),
  z.object({ what: z.literal('unknown-key'), nearest: z.string().optional() }),
  /** A secret in a file. */
  z.object({ what: z.literal('secret') }),
  z.object({ what: z.literal('no-value') }),
  z.object({ what: z.literal('empty') }),
  z.object({ what: z.literal('type'), found, expected: z.enum(settingTypes) }),
  z.object({ what: z.literal('choice'), found, known: z.array(z.string()) }),
  /** Both ends are included unless `open`. */
  z.object({
    what: z.literal('range'),
    found,
    min: z.number().optional(),
    max: z.number().optional(),
    open: z.boolean(),
  }),
  z.object({ what: z.literal('format'), found, expected: z.enum(settingFormats) }),
  z.object({ what: z.literal('device-twice') }),
  z.object({ what: z.literal('auto-not-alone') }),
  /** WebGPU's card is one of these devices, which are configured too. */
  z.object({ what: z.literal('webgpu-twice'), cards: z.array(z.string()) }),
  z.object({ what: z.literal('preset-unknown'), name: z.string(), known: z.array(z.string()) }),
  z.object({ what: z.literal('sampler-unknown'), name: z.string(), nearest: z.array(z.string()) }),
  /** An environment variable with white space inside: two values, or a truncated one. */
  z.object({ what: z.literal('space-inside') }),
  /** A secret with a character that is not ASCII, as `U+200B`. */
  z.object({ what: z.literal('foreign-character'), character: z.string() }),
  z.object({ what: z.literal('not-set') }),
  /** An encryption key is not 32 bytes in base64 or hex. */
  z.object({ what: z.literal('encryption-key') }),
  /** The system cannot bind the address; `code` is its error code. */
  z.object({ what: z.literal('address'), address: z.string(), code: z.string() }),
  /** The connection to another host would not be encrypted. */
  z.object({
    what: z.literal('without-tls'),
    host: z.string(),
    scheme: z.enum(['rediss', 'https']),
    /** Where hosts are allowed by name. */
    setting: z.string(),
  }),
  z.object({ what: z.literal('not-in-guild'), guildId: z.string() }),
  z.object({ what: z.literal('no-adapter') }),
])

export type ConfigProblem = z.infer<typeof configProblem>

export interface ConfigIssue {
  /** Dotted path, `web.port`, or an environment variable; empty for the whole file. */
  key: string
  problem: ConfigProblem
}
