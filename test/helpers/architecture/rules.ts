/** The rules of CONTRIBUTING.md and docs/architecture.md as data, apart from the layers. */

/** Libraries that may be imported in one place only. */
export const contained: readonly { library: RegExp; within: readonly string[] }[] = [
  { library: /^onnxruntime-/, within: ['src/engine/onnx/session.ts'] },
  { library: /^(better-sqlite3|drizzle-orm)/, within: ['src/db/'] },
  { library: /^p-queue$/, within: ['src/engine/jobs/devices/device-queue.ts'] },
  { library: /^(discord\.js|@discordjs\/)/, within: ['src/bots/discord/'] },
  { library: /^@slack\//, within: ['src/bots/slack/'] },
  { library: /^(hono|@hono\/)/, within: ['src/bots/web/'] },
  { library: /^@fastify\/busboy$/, within: ['src/bots/web/inbound/form-body.ts'] },
  { library: /^echarts/, within: ['src/bots/charts/'] },
  {
    library: /^sharp$/,
    within: ['src/engine/image/', 'src/bots/charts/', 'src/bots/discord/outbound/uploads.ts'],
  },
  { library: /^(bullmq|ioredis|msgpackr|aws4fetch)$/, within: ['src/remote/'] },
  { library: /^pino$/, within: ['src/system/log.ts'] },
  { library: /^yaml$/, within: ['src/config/read-yaml.ts'] },
  { library: /^(commander|cli-progress)$/, within: ['src/cli.ts', 'src/cli/'] },
]

/** Calls that read time or randomness from the machine. Other files use ports. */
export const ambient = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bperformance\.now\b/,
  /\bMath\.random\b/,
  /\brandom(?:UUID|Bytes|Int)\b/,
  /\bgetRandomValues\b/,
]

/** The files that may use these calls, with the reason. */
export const ambientAllowed: Readonly<Record<string, string>> = {
  'src/bots/web/client/local-times.ts': 'a browser’s own day: its time zone is known nowhere else',
  'src/bots/web/client/send.ts': 'a browser’s own chance: nobody else must give the same name',
  'src/system/system-ports.ts': 'the ports themselves',
  'src/bots/slack/transport/sealed.ts':
    'nonces of an encryption, which must never be foreseen or repeated, in tests neither',
}

/** Reads of jobs and pictures without an access check. Code that acts for a person uses visible.ts. */
export const unscopedRead =
  /\b(?:jobs\.(?:get|getAll|byEvent|inChannel)|pictures\.(?:get|ofJobs|madeWithHash))\(/

/** The files of app/ that may use them, with the reason. */
export const unscopedAllowed: Readonly<Record<string, string>> = {
  'src/app/access/visible.ts': 'decides who sees what it reads',
  'src/app/views/job-views.ts': 'turns what was decided on into views',
  'src/app/delivery/entry-handler.ts': 'tells a job’s own conversation of it',
  'src/app/delivery/fan-outs.ts': 'shows the jobs of one request together in the conversation of all of them',
  'src/app/accept.ts': 'finds what an event asked for before, and shows of it what may be seen',
}

/** As CONTRIBUTING.md states. */
export const maxLines = 300
export const maxFiles = 16

/** The conventions for comments (CONTRIBUTING.md) that a pattern can check. */
export const misspeltComments: readonly { form: RegExp; complaint: string }[] = [
  {
    form: /(?<!@)\b[Tt]hrows (?:an? )?(?:AppError\b|'[a-z-]+')/,
    complaint: 'describes an AppError without @throws',
  },
  {
    form: /@throws AppError (?!'[a-z-]+')/,
    complaint: 'has an @throws AppError without its code in quotes',
  },
  {
    form: /@throws AppError(?![^@]*?\bwhen\b)/,
    complaint: 'has an @throws AppError that does not say when',
  },
  {
    form: /^(?:#!.*\n)?\/\*\*\s*(?:\*\s*)?(?:Owns|This file)\b/,
    complaint: 'opens with “Owns” or “This file”, not with what it contains',
  },
]

/** Words that were names once, with the standard terms that replaced them. */
export const metaphors: ReadonlyMap<string, string> = new Map([
  ['desk', 'handler context'],
  ['shelf', 'cache'],
  ['studio', 'worker or paint run'],
  ['sitting', 'paint run'],
  ['lane', 'queue'],
  ['whisper', 'ephemeral message'],
  ['farewell', 'token expiry notice'],
  ['manners', 'rate limiter'],
  ['patience', 'timeout'],
  ['misfit', 'incompatible file'],
  ['sick', 'hung'],
  ['heir', 'successor'],
  ['nudge', 'wake'],
  ['outcasts', 'uncaught errors'],
  ['bell', 'Gaussian weights'],
])
