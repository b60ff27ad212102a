/** The schema of Easel's configuration: its keys, their types and their bounds. */

import { isIP } from 'node:net'
import { z } from 'zod'
import { bounds, gatewayWeights, maxPromptCharacters } from '../common/bounds.ts'
import {
  defaultSyntaxes,
  logLevels,
  precisions,
  refinerWays,
  weightForms,
  workerHosts,
} from '../common/choices.ts'
import { readHost } from '../common/host-name.ts'
import { bytesOf } from '../common/memory-amount.ts'
import { numberWithin } from '../common/number-within.ts'
import { chatPlatforms } from '../common/platforms.ts'
import type { SettingFormat } from '../errors/config-problem.ts'
import { languageTags } from '../words/locale.ts'
import { autoNotAlone, deviceTwice, noDevice } from './config-issues.ts'

const size = z.strictObject({ widthPx: z.int().positive(), heightPx: z.int().positive() })

/** One entry of `styles`: a prompt template in which {prompt} is replaced by the person's prompt. */
const style = z.strictObject({
  name: z.string().min(1),
  prompt: z.string(),
  negative: z.string().default(''),
})

/** Recommended settings of a model that its own files do not contain. */
const modelSettings = z.strictObject({
  size: size.optional(),
  steps: z.int().min(1).optional(),
  guidance: z.number().optional(),
  sampler: z.string().optional(),
  preset: z.string().optional(),
  /** A VAE of the library in place of the model's own. */
  vae: z.string().optional(),
  /** A model whose text encoders this one shares. */
  textEncoders: z.string().optional(),
  refiner: z
    .strictObject({
      /** A Refiner of the library in place of the one beside the model. */
      model: z.string().optional(),
      way: z.enum(refinerWays).optional(),
      strength: z.number().gt(bounds.strength.min).max(bounds.strength.max).optional(),
      split: numberWithin(bounds.refineSplit).optional(),
      steps: z.int().min(1).optional(),
      guidance: z.number().optional(),
      /** Aesthetic score to aim at. */
      score: numberWithin(bounds.refineScore).optional(),
    })
    .optional(),
  /** The weights on a CPU: converted whenever a network opens, mapped from a cache file, or those of linear layers in 8 bits. */
  weights: z.enum(weightForms).optional(),
  note: z.string().optional(),
})

/** `10.0.0.2`, `10.0.0.0/8`, `::1`. */
function isNetwork(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/')
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return (
    more.length === 0 &&
    longest > 0 &&
    (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= longest))
  )
}

/** The message by which config-issues.ts recognises the expected format. */
const expected = (format: SettingFormat) => format

/** The maximum number of threads, more than a machine has processors. The runtime starts any number and takes memory for each. */
const maxThreads = 1024

export const device = z.strictObject({
  /** A number has one spelling, so that one card has one name. */
  name: z.string().regex(/^(auto|webgpu|cpu(:(0|[1-9]\d?))?|cuda:(0|[1-9]\d?))$/, expected('device')),
  /** Absent: a process for a GPU, whose driver may crash it, and a thread for the CPU. */
  host: z.enum(workerHosts).optional(),
  /** 0: as many as the runtime chooses; several workers on the CPU share its processors. */
  threads: z.int().min(0).max(maxThreads).default(0),
  /** The precision of the networks; `auto`: float16 on GPUs that have it, float32 on CPUs. */
  precision: z.enum(['auto', ...precisions]).default('auto'),
  /**
   * The memory that its worker may use, such as `12GB`. Absent: the free memory at the start, on a CPU or on a GPU whose driver
   * reports it.
   */
  memory: z
    .string()
    .refine(text => bytesOf(text) !== undefined, expected('memory'))
    .optional(),
})

const personName = new RegExp(`^(${chatPlatforms.join('|')}):[^:]+:[^:]+$`)

const settings = z.strictObject({
  dataDir: z.string().min(1),
  modelsDir: z.string().min(1),
  /** Further folders of models, such as those of other programs. */
  extraModelDirs: z.array(z.string().min(1)),
  /** Folders that links out of the models folders may lead into. */
  modelLinkTargets: z.array(z.string().min(1)),
  defaultModel: z.string().min(1),
  logLevel: z.enum(logLevels),
  language: z.literal(languageTags),
  /** The prompt rule for requests that name none. */
  prompts: z.enum(defaultSyntaxes),
  web: z.strictObject({
    enabled: z.boolean(),
    host: z.string().min(1),
    port: z.int().min(0).max(65535),
    /** Host names besides localhost that browsers may use, e.g. that of a proxy. */
    allowedHosts: z
      .array(z.string().refine(entry => readHost(entry) !== undefined, expected('host')))
      .default([]),
    /**
     * Addresses or networks of proxies whose X-Forwarded-Host, -Proto and -For, X-Real-IP and Forwarded are trusted. A proxy
     * must overwrite or remove those that it does not set; what they state differently does not count.
     */
    proxies: z.array(z.string().refine(isNetwork, expected('network'))).default([]),
  }),
  discord: z.strictObject({
    apiUrl: z.url(),
    /** Commands are registered in this guild only (for trials); empty: globally. */
    guildId: z.string(),
    /** Pictures are sent as spoilers in these guilds. */
    spoilerGuilds: z.array(z.string()),
  }),
  slack: z.strictObject({
    apiUrl: z.url(),
    transport: z.enum(['socket', 'http']),
    host: z.string().min(1),
    port: z.int().min(0).max(65535),
  }),
  devices: z
    .array(device)
    .refine(all => new Set(all.map(one => one.name)).size === all.length, deviceTwice)
    .refine(all => all.length === 1 || all.every(one => one.name !== 'auto'), autoNotAlone),
  /** A folder of CUDA's libraries and ONNX Runtime's part for it; empty: where the system finds them. */
  cudaLibraries: z.string(),
  /** The Redis or Valkey that carries work to other machines; without a URL no code for it is loaded. */
  redis: z.strictObject({
    url: z.string(),
    /** Hosts to which the connection need not be encrypted, such as one in a private network. */
    allowedWithoutTls: z.array(z.string().min(1)).default([]),
    /** A file of certificates (PEM) to trust in place of the system's. */
    caFile: z.string().default(''),
    /** The prefix of all keys. Installations with different prefixes share nothing. */
    prefix: z.string().regex(/^[\w-]+$/, expected('key-prefix')),
    /** The weight of this Easel's work on devices that it shares with others. Shares are proportional to the weights. */
    weight: numberWithin(gatewayWeights),
  }),
  remote: z.strictObject({
    /** An S3-compatible store for the results of other machines; without an endpoint they travel through Redis. */
    store: z.strictObject({
      endpoint: z.string(),
      bucket: z.string().default(''),
      region: z.string().min(1).default('us-east-1'),
      /** Hosts to which the connection need not be encrypted. */
      allowedWithoutTls: z.array(z.string().min(1)).default([]),
    }),
  }),
  /** A machine that joins another Easel fetches the models that it lacks from there (easel worker). */
  fetchModels: z.boolean(),
  limits: z.strictObject({
    maxSteps: z.int().min(1),
    maxCount: z.int().min(bounds.count.min).max(bounds.count.max),
    maxPromptCharacters: z.int().min(1).max(maxPromptCharacters),
    maxPixels: z.int().positive(),
    maxQueuedPerPerson: z.int().min(1),
    maxQueued: z.int().min(1),
    /** Pictures that a person may request in `quotaHours`; 0: no quota. */
    quotaPictures: z.int().min(0),
    /** The quota of a whole server or workspace, in addition to each person's; 0: no such quota. */
    quotaPicturesPerSpace: z.int().min(0),
    quotaHours: z.number().positive(),
    /** One network address on the web may use the share of queue and quota of this many people. */
    peoplePerAddress: z.int().min(1),
    maxFanOut: z.int().min(1),
    /** Requests that wait longer expire; 0: never. */
    maxWaitHours: z.number().min(0),
    /** Finished jobs that are older lose their pictures and texts; 0: never. */
    keepDays: z.number().min(0),
  }),
  /** People who may see everybody's statistics. */
  admins: z.array(z.string().regex(personName, expected('person'))),
  /** People are notified when their pictures are done, unless they disable it (/notify). */
  notify: z.boolean(),
  styles: z.array(style),
  /** Lists of lines by name; `__name__` in a prompt draws one line. */
  wildcards: z.record(
    z.string().regex(/^[\p{L}\p{N}_/-]+$/u, expected('wildcard-name')),
    z.array(z.string().min(1)).min(1),
  ),
  models: z.record(z.string(), modelSettings),
  shutdownGraceMs: z.int().min(0),
})

/** Without a device of its own, a server can paint on other machines only. */
export const schema = settings.refine(({ devices, redis }) => devices.length > 0 || redis.url !== '', {
  path: ['devices'],
  error: noDevice,
})
