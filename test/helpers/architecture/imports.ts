/** Checks of imports: layers, contained libraries, cycles, and what workers and the main thread load. */
import { chatPlatforms } from '../../../src/common/platforms.ts'
import { layers } from './layers.ts'
import { contained } from './rules.ts'
import { type Import, readImports, type Source } from './sources.ts'

/** All violations of the rules for imports. */
export function findImportViolations(sources: readonly Source[]): string[] {
  const imports = sources.flatMap(readImports)
  return [
    ...imports.flatMap(checkImport),
    ...findCycles(sources, imports),
    ...findWorkerLeaks(sources, imports),
    ...findMainThreadLeaks(sources, imports),
  ]
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
