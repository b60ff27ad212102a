/** The rules of the architecture as data, and a checker that finds violations in the sources. */
import { dirname, join } from 'node:path/posix'
import { chatPlatforms } from '../../src/common/platforms.ts'

export interface Source {
  /** From the package root, `src/app/easel.ts`. */
  path: string
  text: string
}

interface Import {
  from: string
  /** A path in src/ for our own modules, otherwise the package's name. */
  to: string
  /** `import type`: gone after compilation. */
  typeOnly: boolean
}

/**
 * Layers, each with the layers that it may import besides itself. The first matching prefix is a file's layer.
 * A layer after `type` may be imported for its types only.
 */
const layers: readonly { prefix: string; may: readonly string[] }[] = [
  // Common modules.
  { prefix: 'src/errors/', may: [] },
  { prefix: 'src/common/', may: [] },
  { prefix: 'src/system/', may: ['src/errors/', 'src/common/'] },
  { prefix: 'src/config/', may: ['src/errors/', 'src/common/', 'src/words/'] },
  {
    prefix: 'src/words/',
    may: ['src/errors/', 'type src/app/', 'type src/devices/', 'type src/remote/'],
  },
  // The engine, from its foundation up.
  { prefix: 'src/engine/work-order.ts', may: ['src/common/'] },
  {
    prefix: 'src/engine/weights/',
    may: ['src/errors/', 'src/common/'],
  },
  { prefix: 'src/engine/onnx/', may: ['src/errors/', 'src/engine/weights/'] },
  { prefix: 'src/engine/modules/', may: ['src/errors/', 'src/engine/onnx/', 'src/engine/weights/'] },
  {
    prefix: 'src/engine/networks/',
    may: ['src/errors/', 'src/engine/modules/', 'src/engine/onnx/', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/sampling/',
    may: ['src/errors/', 'src/common/', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/text/',
    may: ['src/errors/', 'src/common/', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/image/',
    may: ['src/errors/', 'src/common/', 'src/engine/work-order.ts'],
  },
  {
    prefix: 'src/engine/models/',
    may: [
      'src/errors/',
      'src/common/',
      'src/engine/networks/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/weights/',
    ],
  },
  {
    prefix: 'src/engine/pipeline/',
    may: [
      'src/errors/',
      'src/common/',
      'src/engine/work-order.ts',
      'src/engine/models/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/networks/',
      'src/engine/image/',
      'src/engine/weights/',
      'src/engine/onnx/',
    ],
  },
  // The composition root of a worker.
  {
    prefix: 'src/engine/host/worker.ts',
    may: ['src/system/', 'src/engine/host/', 'src/engine/pipeline/'],
  },
  {
    prefix: 'src/engine/host/',
    may: [
      'src/errors/',
      'src/engine/work-order.ts',
      'src/engine/pipeline/',
      'src/engine/models/',
      'src/engine/image/',
      'src/engine/weights/',
      'src/engine/onnx/',
    ],
  },
  {
    prefix: 'src/engine/jobs/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/engine/work-order.ts',
      'src/engine/host/',
      'type src/engine/pipeline/',
    ],
  },
  // Storage, use cases, platforms.
  {
    prefix: 'src/db/',
    may: [
      'src/common/',
      'src/errors/',
      'src/system/',
      'src/engine/work-order.ts',
      'src/engine/jobs/',
      'type src/engine/pipeline/',
      'type src/app/',
    ],
  },
  { prefix: 'src/net/', may: ['src/errors/', 'src/common/', 'src/system/', 'src/config/'] },
  {
    prefix: 'src/app/',
    may: [
      'src/common/',
      'src/errors/',
      'src/system/',
      'src/config/',
      'src/db/',
      'src/engine/work-order.ts',
      'src/engine/jobs/',
      'type src/engine/models/',
      'src/engine/weights/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/image/',
      'type src/engine/host/',
      'type src/engine/pipeline/',
    ],
  },
  // The page's script runs in a browser, without any other module of Easel.
  { prefix: 'src/bots/web/client/', may: ['type src/bots/web/protocol.ts'] },
  {
    prefix: 'src/bots/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/words/',
      'src/net/',
      'src/app/',
      'src/engine/work-order.ts',
      'type src/engine/jobs/',
    ],
  },
  {
    prefix: 'src/devices/',
    may: ['src/errors/', 'src/common/', 'src/system/', 'src/config/', 'src/words/', 'src/engine/'],
  },
  // Other machines: a second kind of worker host.
  {
    prefix: 'src/remote/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/engine/work-order.ts',
      'src/engine/host/',
      'type src/engine/models/',
      'type src/engine/jobs/',
    ],
  },
  // The composition roots know all parts.
  { prefix: 'src/startup/', may: ['src/'] },
  { prefix: 'src/main.ts', may: ['src/'] },
  { prefix: 'src/cli.ts', may: ['src/'] },
  { prefix: 'src/cli/', may: ['src/'] },
]

/** Libraries that may be imported in one place only. */
const contained: readonly { library: RegExp; within: readonly string[] }[] = [
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
const ambient = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bperformance\.now\b/,
  /\bMath\.random\b/,
  /\brandom(?:UUID|Bytes|Int)\b/,
  /\bgetRandomValues\b/,
]

/** The files that may use these calls, with the reason. */
const ambientAllowed: Readonly<Record<string, string>> = {
  'src/bots/web/client/send.ts': 'a browser’s own chance: nobody else must give the same name',
  'src/system/system-ports.ts': 'the ports themselves',
  'src/bots/slack/transport/sealed.ts':
    'nonces of an encryption, which must never be foreseen or repeated, in tests neither',
}

/** Reads of jobs and pictures without an access check. Code that acts for a person uses visible.ts. */
const unscopedRead = /\b(?:jobs\.(?:get|getAll|byEvent|inChannel)|pictures\.(?:get|ofJobs|madeWithHash))\(/

/** The files of app/ that may use them, with the reason. */
const unscopedAllowed: Readonly<Record<string, string>> = {
  'src/app/access/visible.ts': 'decides who sees what it reads',
  'src/app/views/job-views.ts': 'turns what was decided on into views',
  'src/app/delivery/entry-handler.ts': 'tells a job’s own conversation of it',
  'src/app/delivery/fan-outs.ts': 'shows the jobs of one request together in the conversation of all of them',
  'src/app/accept.ts': 'finds what an event asked for before, and shows of it what may be seen',
}

/** As CONTRIBUTING.md states. */
const maxLines = 300
const maxFiles = 16

/** Folders with one file per variant, which may have any number of files. */
const foldersOfVariants = [
  'src/engine/modules',
  'src/engine/sampling/samplers',
  'src/engine/sampling/schedules',
]

/** The conventions for comments (CONTRIBUTING.md) that a pattern can check. */
const misspeltComments: readonly { form: RegExp; complaint: string }[] = [
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

/** All violations in `sources`, one line each: the file, then the problem. */
export function findViolations(sources: readonly Source[]): string[] {
  const imports = sources.flatMap(readImports)
  return [
    ...imports.flatMap(checkImport),
    ...findCycles(sources, imports),
    ...findWorkerLeaks(sources, imports),
    ...findMainThreadLeaks(sources, imports),
    ...findLargeFolders(sources),
    ...sources.flatMap(checkSource),
  ]
}

/** Static and dynamic imports and re-exports, with paths resolved from the importing file. */
export function readImports(source: Source): Import[] {
  const pattern =
    /\b(?:import|export)\s+(?<type>type\s)?[\w*{}\s,$]*?\bfrom\s+'(?<from>[^']+)'|\bimport\s+'(?<bare>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/g
  return [...withoutComments(source.text).matchAll(pattern)].map(({ groups = {} }) => {
    const name = groups.from ?? groups.bare ?? groups.dynamic ?? ''
    const to = name.startsWith('.') ? join(dirname(source.path), name) : name
    return { from: source.path, to, typeOnly: groups.type !== undefined }
  })
}

function checkImport({ from, to, typeOnly }: Import): string[] {
  if (!to.startsWith('src/')) {
    return contained
      .filter(({ library, within }) => library.test(to) && !within.some(place => from.startsWith(place)))
      .map(({ within }) => `${from}: imports ${to}, which only ${within.join(', ')} may`)
  }
  const home = layerOf(from)
  const target = layerOf(to)
  if (isOtherBot(from, to)) return [`${from}: imports ${to}, one bot from another`]
  if (home === target) return []
  const allowed = home.may.some(entry => {
    const lendsTypes = entry.startsWith('type ')
    return to.startsWith(lendsTypes ? entry.slice(5) : entry) && (!lendsTypes || typeOnly)
  })
  return allowed ? [] : [`${from}: imports ${to}, which ${home.prefix} may not`]
}

function layerOf(path: string): (typeof layers)[number] {
  const layer = layers.find(({ prefix }) => path.startsWith(prefix))
  if (!layer) throw new Error(`${path} is in no layer`)
  return layer
}

/** The folders of bots/ of one platform; the others are common. */
const platformFolders = new RegExp(`^src/bots/(${chatPlatforms.join('|')})/`)

/** Whether a platform imports another one, or a common module imports a platform. */
function isOtherBot(from: string, to: string): boolean {
  const bot = (path: string) => platformFolders.exec(path)?.[1]
  return from.startsWith('src/bots/') && bot(to) !== undefined && bot(to) !== bot(from)
}

/** Import cycles; type imports do not count. */
function findCycles(sources: readonly Source[], imports: readonly Import[]): string[] {
  const next = graphOf(imports.filter(({ typeOnly }) => !typeOnly))
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (trail.includes(path) || finished.has(path)) return
    for (const target of next.get(path) ?? []) visit(target, [...trail, path])
    finished.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return cycles.map(cycle => `${cycle.split(' ')[0]}: is in a circle: ${cycle}`)
}

/** Folders with more files directly in them than anybody can survey. */
function findLargeFolders(sources: readonly Source[]): string[] {
  const counts = new Map<string, number>()
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  return [...counts]
    .filter(([folder, count]) => count > maxFiles && !foldersOfVariants.includes(folder))
    .map(([folder, count]) => `${folder}: has ${count} files, ${maxFiles} at most`)
}

/** A worker must not load the database, the platforms or the network, not even indirectly. */
function findWorkerLeaks(sources: readonly Source[], imports: readonly Import[]): string[] {
  const reached = loadedFrom(/^src\/engine\/host\/.*worker.*\.ts$/, sources, imports)
  return reached
    .filter(path => /^src\/(db|app|bots|net|cli)\//.test(path))
    .map(path => `${path}: a worker loads it`)
}

/** A session's `run` blocks its thread, so the server must not load sessions. */
function findMainThreadLeaks(sources: readonly Source[], imports: readonly Import[]): string[] {
  return loadedFrom(/^src\/main\.ts$/, sources, imports)
    .filter(path => path === 'src/engine/onnx/session.ts')
    .map(path => `${path}: the main thread loads it`)
}

/** The modules with a matching path, and all modules that they load. */
function loadedFrom(entry: RegExp, sources: readonly Source[], imports: readonly Import[]): string[] {
  const next = graphOf(imports.filter(({ typeOnly }) => !typeOnly))
  const reached = new Set(sources.map(({ path }) => path).filter(path => entry.test(path)))
  for (const path of reached) for (const target of next.get(path) ?? []) reached.add(target)
  return [...reached]
}

function graphOf(imports: readonly Import[]): Map<string, string[]> {
  const next = new Map<string, string[]>()
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to])
  return next
}

function checkSource({ path, text }: Source): string[] {
  const code = withoutComments(text)
  const found: string[] = []
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines > maxLines) found.push(`${path}: has ${lines} lines, ${maxLines} at most`)
  if (!opensWithSentence(text)) found.push(`${path}: does not open with a sentence that says what it owns`)
  if (/\bexport\s+default\b/.test(code)) found.push(`${path}: has a default export`)
  for (const { form, complaint } of misspeltComments) {
    if (form.test(text)) found.push(`${path}: ${complaint}`)
  }
  if (!/^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.tsx?$/.test(path))
    found.push(`${path}: is not named in kebab-case`)
  if (/\bsql\.raw\b/.test(code)) found.push(`${path}: builds SQL from text; take parameters`)
  if (ambientAllowed[path] === undefined) {
    for (const call of ambient) {
      if (call.test(code)) found.push(`${path}: asks the machine by ${call.source}; take a port`)
    }
  }
  if (path.startsWith('src/app/') && unscopedAllowed[path] === undefined && unscopedRead.test(code))
    found.push(`${path}: reads jobs or pictures for anybody; take visible.ts`)
  return found
}

function opensWithSentence(text: string): boolean {
  const comment = /^(?:#!.*\n)?\/\*\*(.*?)\*\//s.exec(text)?.[1]
  return comment !== undefined && /[.!:。]\)?\s*$/m.test(comment.replace(/^\s*\* ?/gm, ''))
}

/** Removes comments, but not inside strings. */
function withoutComments(text: string): string {
  return text.replace(
    /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*.*?\*\/|(?<![:\\])\/\/[^\n]*/gs,
    (_, quoted: string | undefined) => quoted ?? '',
  )
}
