/** node:fs/promises as it is, with what it does to a watched folder told to a DiskRecorder. */
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskRecorder } from './disk-recorder.ts'

type Files = typeof import('node:fs/promises')

export function recordingFiles(disk: DiskRecorder, files: Files): Files {
  const open: Files['open'] = async (path, flags, mode) => {
    const handle = await files.open(path, flags, mode)
    if (disk.watches(String(path))) recordHandle(disk, handle, String(path), flags === 'wx')
    return handle
  }
  const rename: Files['rename'] = async (from, to) => {
    await files.rename(from, to)
    if (disk.watches(String(to))) disk.record({ kind: 'renamed', from: String(from), to: String(to) })
  }
  const rm: Files['rm'] = async (path, options) => {
    await files.rm(path, options)
    if (disk.watches(String(path))) disk.record({ kind: 'removed', path: String(path) })
  }
  const mkdir = Object.assign(async (path: string, options?: Parameters<Files['mkdir']>[1]) => {
    const first = await files.mkdir(path, options)
    for (let made = path; first !== undefined && made !== dirname(first); made = dirname(made))
      if (disk.watches(made)) disk.record({ kind: 'made-folder', path: made })
    return first
  })
  return { ...files, open, rename, rm, mkdir: mkdir as Files['mkdir'] }
}

function recordHandle(disk: DiskRecorder, handle: FileHandle, path: string, isNew: boolean): void {
  const file = disk.newFile()
  let bytes = Buffer.alloc(0)
  if (isNew) disk.record({ kind: 'created', path, file })
  const { writeFile, sync } = handle
  const recorded: Pick<FileHandle, 'writeFile' | 'sync'> = {
    async writeFile(data, options) {
      await writeFile.call(handle, data, options)
      if (!(data instanceof Uint8Array)) throw new Error('only bytes are recorded')
      bytes = Buffer.from(data)
      disk.record({ kind: 'wrote', file, bytes })
    },
    async sync() {
      await sync.call(handle)
      disk.record(isNew ? { kind: 'synced-file', file, bytes } : { kind: 'synced-folder', path })
    },
  }
  Object.assign(handle, recorded)
}
