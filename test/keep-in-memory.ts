/** Temporary files in memory where there is room: tests commit thousands of times, and a disk takes milliseconds for each. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Linux keeps it in memory. */
const memoryFolder = '/dev/shm'
/** Several times what a run holds at most. */
const neededBytes = 8e9
/** The process of a run is in the name of its folder. */
const folderOfRun = /^easel-(\d+)$/

/** Test processes inherit the variable. */
export function setup(): (() => void) | undefined {
  const roomBytes = Math.min(freeBytes(memoryFolder), process.availableMemory())
  if (roomBytes < neededBytes || !mayExecute()) return
  removeLeftovers()
  const folder = join(memoryFolder, `easel-${process.pid}`)
  mkdirSync(folder, { recursive: true })
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

/** Some tests run programs from a temporary folder, which containers often forbid there. */
function mayExecute(): boolean {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const [, , , options] =
    mounts.map(line => line.split(' ')).findLast(([, folder]) => folder === memoryFolder) ?? []
  return options !== undefined && !options.split(',').includes('noexec')
}

/** Those of runs that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(memoryFolder)) {
    const processId = folderOfRun.exec(name)?.[1]
    if (processId === undefined || isAlive(Number(processId))) continue
    rmSync(join(memoryFolder, name), { recursive: true, force: true })
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}
