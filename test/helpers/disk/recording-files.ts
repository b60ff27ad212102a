/** Node's file calls as they are, with what they do to a watched folder told to a DiskRecorder. */
import { dirname } from 'node:path'
import type { DiskRecorder } from './disk-recorder.ts'

type Files = typeof import('node:fs')
type FilePromises = typeof import('node:fs/promises')

/** A file or a folder that is open. */
interface Opened {
  path: string
  /** The number of a new file's contents; undefined for a folder. */
  file: number | undefined
  bytes: Buffer
}

export function recordingFiles(disk: DiskRecorder, files: Files): Files {
  const opened = new Map<number, Opened>()
  const openSync: Files['openSync'] = (path, flags, mode) => {
    const descriptor = files.openSync(path, flags, mode)
    if (!disk.watches(String(path))) return descriptor
    const isNew = flags === 'wx'
    if (!isNew && !files.fstatSync(descriptor).isDirectory()) return descriptor
    const file = isNew ? disk.newFile() : undefined
    opened.set(descriptor, { path: String(path), file, bytes: Buffer.alloc(0) })
    if (file !== undefined) disk.record({ kind: 'created', path: String(path), file })
    return descriptor
  }
  const recordWrite = (path: Parameters<Files['writeFileSync']>[0], data: unknown) => {
    const to = typeof path === 'number' ? opened.get(path) : undefined
    if (to?.file === undefined) return
    if (!(data instanceof Uint8Array)) throw new Error('only bytes are recorded')
    to.bytes = Buffer.from(data)
    disk.record({ kind: 'wrote', file: to.file, bytes: to.bytes })
  }
  const writeFileSync: Files['writeFileSync'] = (path, data, options) => {
    files.writeFileSync(path, data, options)
    recordWrite(path, data)
  }
  const writeFile = (file: number, data: Uint8Array, done: (error: NodeJS.ErrnoException | null) => void) =>
    files.writeFile(file, data, error => {
      if (!error) recordWrite(file, data)
      done(error)
    })
  const fsync = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) =>
    files.fsync(descriptor, error => {
      const what = opened.get(descriptor)
      if (!error && what) disk.record(syncOf(what))
      done(error)
    })
  const closeSync: Files['closeSync'] = descriptor => {
    opened.delete(descriptor)
    files.closeSync(descriptor)
  }
  const renameSync: Files['renameSync'] = (from, to) => {
    files.renameSync(from, to)
    if (disk.watches(String(to))) disk.record({ kind: 'renamed', from: String(from), to: String(to) })
  }
  const waiting = { writeFile: writeFile as Files['writeFile'], fsync: fsync as Files['fsync'] }
  return { ...files, openSync, writeFileSync, closeSync, renameSync, ...waiting }
}

function syncOf({ path, file, bytes }: Opened) {
  return file === undefined
    ? ({ kind: 'synced-folder', path } as const)
    : ({ kind: 'synced-file', file, bytes } as const)
}

export function recordingFilePromises(disk: DiskRecorder, files: FilePromises): FilePromises {
  const rename: FilePromises['rename'] = async (from, to) => {
    await files.rename(from, to)
    if (disk.watches(String(to))) disk.record({ kind: 'renamed', from: String(from), to: String(to) })
  }
  const rm: FilePromises['rm'] = async (path, options) => {
    await files.rm(path, options)
    if (disk.watches(String(path))) disk.record({ kind: 'removed', path: String(path) })
  }
  const mkdir = Object.assign(async (path: string, options?: Parameters<FilePromises['mkdir']>[1]) => {
    const first = await files.mkdir(path, options)
    for (let made = path; first !== undefined && made !== dirname(first); made = dirname(made))
      if (disk.watches(made)) disk.record({ kind: 'made-folder', path: made })
    return first
  })
  return { ...files, rename, rm, mkdir: mkdir as FilePromises['mkdir'] }
}
