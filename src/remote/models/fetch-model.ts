/**
 * Fetches one model into the models folder. The partial files are in a hidden folder next to the model's path, which the library
 * ignores. When every hash is right, one rename moves them to the path. After an interruption the next attempt continues with them.
 */
import { createHash } from 'node:crypto'
import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import { type FileToFetch, fetchFile } from './fetch-file.ts'
import type { ModelRequests } from './model-requests.ts'
import { checksum } from './model-server.ts'

/** The folder for fetched models. */
export interface FetchFolder {
  modelsDir: string
  /** The machine's name. Machines may share a models folder, so each has partial files of its own. */
  machine: string
  /** The free space in a folder, in bytes. */
  freeBytes: (folder: string) => Promise<number>
  /** Hashes of the models that this process has fetched, also before it joined again. */
  fetched: ReadonlySet<string>
}

/** Called before the first byte, and after each chunk. */
export type OnFetched = (doneBytes: number, totalBytes: number) => void

/**
 * Fetches the model with that hash. A model that is there by now, from another machine or copied by hand, counts as fetched, but
 * only once: the library has read its files since, and did not find this hash.
 * @throws AppError 'model-fetch' when the gateway is lost, sends another message, other files have the model's name, or its own
 * files have another hash here; 'file' when there is no space, or a file cannot be written.
 */
export async function fetchModel(
  requests: ModelRequests,
  hash: string,
  { modelsDir, machine, freeBytes, fetched }: FetchFolder,
  onFetched: OnFetched,
): Promise<void> {
  const { place, files } = await requests.request({ kind: 'describe', hash }, 'model')
  const target = join(modelsDir, ...place)
  const folder = dirname(target)
  const partial = partialPathOf(target, machine)
  try {
    if (fetched.has(hash) && (await sizeOf(target)) !== undefined) {
      throw new AppError('model-fetch', { problem: { what: 'other-hash', path: target } })
    }
    if (await isPresent(target, files)) return await rm(partial, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const toFetch = files.map((file, index) => {
      return { ...file, index, hash, partialPath: join(partial, ...file.path) }
    })
    requireSpace(target, await missingBytesOf(toFetch), await freeBytes(folder))
    await fetchFiles(requests, toFetch, onFetched)
    await rename(partial, target).catch(async error => {
      if (!(await isPresent(target, files))) throw error
      await rm(partial, { recursive: true, force: true })
    })
  } catch (error) {
    if (error instanceof AppError) throw error
    throw writeFault(target, error)
  }
}

/**
 * Removes the machine's partial files of a model that is in place. The machine does not fetch such a model, and would keep them.
 * @throws AppError 'file' when they cannot be removed.
 */
export async function removePartial(target: string, machine: string): Promise<void> {
  if ((await sizeOf(target)) === undefined) return
  const partial = partialPathOf(target, machine)
  await rm(partial, { recursive: true, force: true }).catch(error => {
    throw writeFault(partial, error)
  })
}

async function fetchFiles(
  requests: ModelRequests,
  files: readonly FileToFetch[],
  onFetched: OnFetched,
): Promise<void> {
  const totalBytes = files.reduce((total, { bytes }) => total + bytes, 0)
  let doneBytes = 0
  onFetched(doneBytes, totalBytes)
  for (const file of files) {
    await mkdir(dirname(file.partialPath), { recursive: true })
    await fetchFile(requests, file, fileBytes => onFetched(doneBytes + fileBytes, totalBytes))
    doneBytes += file.bytes
  }
}

/** The bytes that the partial files do not have yet. */
async function missingBytesOf(files: readonly FileToFetch[]): Promise<number> {
  let missingBytes = 0
  for (const { bytes, partialPath } of files) {
    missingBytes += Math.max(0, bytes - ((await sizeOf(partialPath)) ?? 0))
  }
  return missingBytes
}

/** Whether the model is at its path. @throws AppError 'model-fetch' when other files are there. */
async function isPresent(
  target: string,
  files: readonly { path: readonly string[]; bytes: number; sha256: string }[],
): Promise<boolean> {
  if ((await sizeOf(target)) === undefined) return false
  for (const { path, bytes, sha256 } of files) {
    const file = join(target, ...path)
    const isSame = (await sizeOf(file)) === bytes && (await checksum(file, bytes)) === sha256
    if (!isSame) throw new AppError('model-fetch', { problem: { what: 'occupied', path: target } })
  }
  return true
}

function partialPathOf(target: string, machine: string): string {
  const shortHash = createHash('sha256').update(machine).digest('hex').slice(0, 8)
  return join(dirname(target), `.${basename(target)}.${shortHash}.part`)
}

function writeFault(file: string, error: unknown): AppError {
  return new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
}

/** The bytes that the file system of a folder has free for this user. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function requireSpace(file: string, neededBytes: number, freeBytes: number): void {
  if (neededBytes <= freeBytes) return
  const problem = { what: 'no-room', neededBytes, freeBytes } as const
  throw new AppError('file', { file, doing: 'write', problem })
}

/** Undefined if the file does not exist. */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
