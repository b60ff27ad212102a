/**
 * Walks the models folders and lists the candidates for models with kind and name, and the unreadable entries.
 * A bad entry does not affect the others.
 */
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isMissing } from '../../errors/error-code.ts'
import { AppError, toAppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import { readTextFile, unreadableFile } from '../weights/config-file.ts'
import { adapterConfigName } from '../weights/lora/open-lora.ts'
import { isInside } from './hashes/file-hashes.ts'
import { kindOfFolder, type ModelKind } from './recognise/kinds.ts'

/** A file or a folder that may be a model. */
export interface ModelCandidate {
  readonly kind: ModelKind
  /** The path below the folder of its kind, without the file's extension, with `/` between folders. */
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
}

/** Something in the models folders that is not used, with the reason. */
export interface Unused {
  readonly name: string
  readonly error: AppError
}

export interface Scan {
  readonly candidates: ModelCandidate[]
  readonly unused: Unused[]
}

export interface ModelFolders {
  /** Searched in this order. The first of two models with one name counts. */
  readonly roots: readonly string[]
  /** Folders that links may lead into, besides the roots themselves. */
  readonly linkTargets: readonly string[]
}

/** Bounds of the walk, for a configuration that names a whole disk. */
const maxDepth = 8
const maxEntries = 50_000

export async function scanModelFolders(folders: ModelFolders): Promise<Scan> {
  const walk = new Walk(await allowedFolders(folders))
  for (const [i, root] of folders.roots.entries()) await walk.root(root, i === 0)
  return walk
}

/** The folders that may contain a model's files, with links resolved. */
export async function allowedFolders({ roots, linkTargets }: ModelFolders): Promise<string[]> {
  const real = await Promise.all(
    [...roots, ...linkTargets].map(folder => realpath(folder).catch(() => undefined)),
  )
  return real.filter(folder => folder !== undefined)
}

class Walk implements Scan {
  readonly candidates: ModelCandidate[] = []
  readonly unused: Unused[] = []
  readonly #allowed: readonly string[]
  #entries = 0

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed
  }

  /** Easel's own models folder may be missing; a configured folder must exist. */
  async root(folder: string, isOwn: boolean): Promise<void> {
    const there = await stat(folder).catch(() => undefined)
    if (there === undefined && isOwn) return
    if (!there?.isDirectory()) {
      return this.#setAside(folder, folder, there ? { what: 'not-a-folder' } : { what: 'missing' })
    }
    const real = await realpath(folder)
    const names = await this.#namesIn(folder, folder)
    // One model. A unet/ alone does not show that, because a folder of models may have one, too.
    if (names.includes('model_index.json') || (await hubSnapshot(folder)) !== undefined) {
      return this.#entry('checkpoint', folder, basename(folder), [])
    }
    // The whole folder of another program: its entries beside models/ are not models.
    const isProgram = !isOwn && names.includes('models')
    for (const name of names) {
      const path = join(folder, name)
      const kind = kindOfFolder(name)
      if (isProgram && name === 'models') await this.root(path, false)
      else if (kind && (await isFolder(path))) await this.#folder(kind, path, '', [real])
      else if (!isProgram) await this.#entry('checkpoint', path, name, [real])
    }
  }

  /** Every entry of a folder. prefix: the prefix of their names. above: the parent folders, with links resolved. */
  async #folder(kind: ModelKind, folder: string, prefix: string, above: readonly string[]): Promise<void> {
    const title = prefix === '' ? basename(folder) : prefix.slice(0, -1)
    const real = await realpath(folder)
    if (above.includes(real)) return this.#setAside(title, folder, { what: 'unreadable', code: 'ELOOP' })
    if (above.length > maxDepth) return this.#setAside(title, folder, { what: 'too-deep', limit: maxDepth })
    for (const name of await this.#namesIn(folder, title)) {
      await this.#entry(kind, join(folder, name), prefix + name, [...above, real])
    }
  }

  async #entry(kind: ModelKind, path: string, name: string, above: readonly string[]): Promise<void> {
    try {
      const there = await this.#look(path)
      if (there.isFile()) this.candidates.push({ kind, name: withoutExtension(name), path, isFolder: false })
      else if (there.isDirectory()) await this.#inFolder(kind, path, name, above)
      else throw fault(path, { what: 'not-a-file' })
    } catch (error) {
      this.unused.push({ name, error: toAppError(error) })
    }
  }

  async #inFolder(kind: ModelKind, path: string, name: string, above: readonly string[]): Promise<void> {
    const snapshot = await hubSnapshot(path)
    if (snapshot !== undefined) return this.#entry(kind, snapshot, hubName(name), above)
    if (await isModelFolder(kind, path)) {
      this.candidates.push({ kind, name, path, isFolder: true })
      return
    }
    const only = await onlyFolderIn(path)
    if (only !== undefined && (await isModelFolder(kind, only))) return this.#entry(kind, only, name, above)
    await this.#folder(kind, path, `${name}/`, above)
  }

  /** The stats at a path, after following permitted links. */
  async #look(path: string): Promise<Stats> {
    const itself = await lstat(path).catch(error => {
      throw unreadableFile(path, error)
    })
    if (!itself.isSymbolicLink()) return itself
    const there = await stat(path).catch(async (error: unknown) => {
      if (!isMissing(error)) throw unreadableFile(path, error)
      throw fault(path, { what: 'dangling-link', target: await readlink(path) })
    })
    const target = await realpath(path)
    if (!isInside(target, this.#allowed)) throw fault(path, { what: 'outside-link', target })
    return there
  }

  /** The sorted names, without hidden files. */
  async #namesIn(folder: string, name: string): Promise<string[]> {
    try {
      const names = (await readdir(folder)).filter(one => !one.startsWith('.')).sort()
      this.#entries += names.length
      if (this.#entries <= maxEntries) return names
      throw fault(folder, { what: 'too-many-files', limit: maxEntries })
    } catch (error) {
      this.unused.push({ name, error: error instanceof AppError ? error : unreadableFile(folder, error) })
      return []
    }
  }

  #setAside(name: string, file: string, problem: ModelFileProblem): void {
    this.unused.push({ name, error: fault(file, problem) })
  }
}

function fault(file: string, problem: ModelFileProblem): AppError {
  return new AppError('model-file', { file, problem })
}

/** The names of which a folder that is one model has one; a config.json for the other kinds. */
const marksOf: Readonly<Partial<Record<ModelKind, readonly string[]>>> = {
  checkpoint: ['model_index.json', 'unet'],
  lora: [adapterConfigName],
}

/** Whether a folder is one model: in diffusers', optimum's or PEFT's layout. */
async function isModelFolder(kind: ModelKind, folder: string): Promise<boolean> {
  const names = await visibleNames(folder)
  const marks = marksOf[kind] ?? ['config.json']
  if (marks.some(mark => names.includes(mark))) return true
  return kind === 'checkpoint' && names.includes('base') && isModelFolder(kind, join(folder, 'base'))
}

/** Empty if the folder cannot be read. */
async function visibleNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => !name.startsWith('.')).sort()
  } catch {
    return []
  }
}

/** The only entry, if it is a folder: an archive that was unpacked one level deeper. */
async function onlyFolderIn(folder: string): Promise<string | undefined> {
  const [only, ...others] = await visibleNames(folder)
  const path = only === undefined ? undefined : join(folder, only)
  return path !== undefined && others.length === 0 && (await isFolder(path)) ? path : undefined
}

/** The snapshot folder of a repository in Hugging Face's cache, linked under any name: main, or the only one. */
async function hubSnapshot(folder: string): Promise<string | undefined> {
  const names = await visibleNames(folder)
  const isNamed = basename(folder).startsWith('models--')
  if (!isNamed && !names.includes('refs') && !names.includes('blobs')) return undefined
  const snapshots = join(folder, 'snapshots')
  const revisions = await visibleNames(snapshots)
  const main = (await readTextFile(join(folder, 'refs', 'main')).catch(() => '')).trim()
  const revision = revisions.find(one => one === main) ?? revisions.at(-1)
  return revision === undefined ? undefined : join(snapshots, revision)
}

/** `models--owner--name` → `owner/name`. */
function hubName(name: string): string {
  return name.replace(/models--/, '').replaceAll('--', '/')
}

function withoutExtension(name: string): string {
  return name.replace(/\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx)$/i, '')
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    one => one.isDirectory(),
    () => false,
  )
}
