/**
 * Writes files durably. Only waiting for the disk and copying many bytes leave the main thread: all other calls work in memory, and
 * another thread would cost more than the call.
 */
import { closeSync, constants, fsync, openSync, writeFile, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const synced = promisify(fsync)
const written = promisify(writeFile)
/**
 * The maximum bytes that are written on the main thread: the system takes them in less than a millisecond, but 25 MB in 60 to 120.
 */
const maxSyncBytes = 2 * 1024 * 1024

/** Creates a private file that must not exist, and resolves when its bytes are on the disk. Its folder is to be synced too. */
export async function createDurable(path: string, bytes: Uint8Array): Promise<void> {
  const file = openSync(path, 'wx', 0o600)
  try {
    if (bytes.length <= maxSyncBytes) writeFileSync(file, bytes)
    else await written(file, bytes)
    await synced(file)
  } finally {
    closeSync(file)
  }
}

/** Syncs a folder, which makes created, changed and removed names in it durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, constants.O_RDONLY)
  try {
    await synced(folder)
  } finally {
    closeSync(folder)
  }
}
