import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ownDataFolder } from '../../../src/db/files/owner-lock.ts'
import { killHard, startChild } from '../../helpers/processes/child.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

describe('a data folder has one owner', () => {
  test('a second instance in the same process is refused, and let in after the release', () => {
    const folder = tempFolder()
    const first = ownDataFolder(folder)
    expect(() => ownDataFolder(folder)).toThrow(
      expect.objectContaining({ code: 'data-folder-owned', details: { folder, pid: process.pid } }),
    )
    first.release()
    ownDataFolder(folder).release()
  })

  test('another process is named by its pid; after kill -9 its lock is gone', async () => {
    const folder = tempFolder()
    const { child } = await startChild('own-data-folder.ts', folder, 'owns')
    expect(() => ownDataFolder(folder)).toThrow(
      expect.objectContaining({ code: 'data-folder-owned', details: { folder, pid: child.pid } }),
    )
    await killHard(child)
    ownDataFolder(folder).release()
  })

  test('a folder that cannot be written is refused as such', async () => {
    const folder = tempFolder()
    chmodSync(folder, 0o555)
    const { line } = await startChild('own-data-folder.ts', folder, 'read-only')
    expect(line).toBe('data-folder-read-only')
  })

  test.each([
    ['/etc/hostname/easel', 'no-folder'],
    ['/proc/easel/data', 'missing'],
  ])('a path that cannot be a folder is refused as such: %s', (folder, what) => {
    expect(() => ownDataFolder(folder)).toThrow(
      expect.objectContaining({ code: 'data-folder-read-only', details: { folder, problem: { what } } }),
    )
  })
})
