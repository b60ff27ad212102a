/** Temporary files in memory where there is room: tests commit thousands of times, and a disk takes milliseconds for each. */
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Linux keeps it in memory. */
const memoryFolder = '/dev/shm'
/** Several times what a run holds at most. */
const neededBytes = 8e9

/** Test processes inherit the variable. */
export function setup(): (() => void) | undefined {
  if (Math.min(freeBytes(memoryFolder), process.availableMemory()) < neededBytes) return
  const folder = mkdtempSync(join(memoryFolder, 'easel-'))
  // As a temporary folder is: some tests start processes of another user.
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

/** 0 where there is no such folder. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}
