/** What can be wrong at one key of the configuration or the environment: codes with their facts; words/ says them. */
import { z } from 'zod'

/** What a key may hold. */
export const settingTypes = ['integer', 'number', 'string', 'boolean', 'array', 'object'] as const
export type SettingType = (typeof settingTypes)[number]

/** Formats of texts that are checked. */
export const settingFormats = ['url', 'device', 'host', 'memory', 'network', 'person'] as const
export type SettingFormat = (typeof settingFormats)[number]

const found = z.string()

export const configProblem = z.discriminatedUnion('what', [
  /** No YAML; `said` are the parser's own words. */
  z.object({ what: z.literal('yaml'), said: z.string() }),
  /** Whatever the schema says that no other case names. */
  z.object({ what: z.literal('invalid'), said: z.string() }),
  z.object({ what: z.literal('unknown-key'), nearest: z.string().optional() }),
  /** A secret in a file. */
  z.object({ what: z.literal('secret') }),
  z.object({ what: z.literal('no-value') }),
  z.object({ what: z.literal('empty') }),
  z.object({ what: z.literal('type'), found, expected: z.enum(settingTypes) }),
  z.object({ what: z.literal('choice'), found, known: z.array(z.string()) }),
  /** Both ends are allowed unless `open`. */
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
  z.object({ what: z.literal('preset-unknown'), name: z.string(), known: z.array(z.string()) }),
  z.object({ what: z.literal('sampler-unknown'), name: z.string(), nearest: z.array(z.string()) }),
  /** A variable of the environment that is two values, or cut in the middle. */
  z.object({ what: z.literal('space-inside') }),
  z.object({ what: z.literal('not-set') }),
  /** The key that encrypts stored installations is not 32 bytes in base64 or hex. */
  z.object({ what: z.literal('encryption-key') }),
  /** The system gives no such address; `said` is its code. */
  z.object({ what: z.literal('address'), address: z.string(), said: z.string() }),
  z.object({ what: z.literal('not-in-guild'), guildId: z.string() }),
  z.object({ what: z.literal('no-adapter') }),
])

export type ConfigProblem = z.infer<typeof configProblem>
