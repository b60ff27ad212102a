import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { PictureFiles } from '../../../src/db/files/picture-files.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { CountingIds } from '../../fakes/fake-parts.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const bytes = new Uint8Array([1, 2, 3])

/** The paths of the files that the process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return readlinkSync(join('/proc/self/fd', fd))
    } catch {
      // It was that of the listing itself, or has been closed since.
      return []
    }
  })

describe('picture files', () => {
  let folder: string
  let files: PictureFiles
  beforeEach(() => {
    folder = join(tempFolder(), 'pictures')
    files = new PictureFiles(folder, new CountingIds())
  })

  test('are their owner’s alone, under their name and no other', async () => {
    await files.write('a.png', bytes)
    expect(readdirSync(folder)).toEqual(['a.png'])
    expect(statSync(join(folder, 'a.png')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(await files.read('a.png')).toEqual(Buffer.from(bytes))
  })

  test('are there whole or not at all: what cannot be put in its place leaves nothing', async () => {
    mkdirSync(join(folder, 'a.png'), { recursive: true })
    await expect(files.write('a.png', bytes)).rejects.toThrow(AppError)
    expect(readdirSync(folder)).toEqual(['a.png'])
    // The process has other files and sockets too, which come and go.
    expect(openFiles().filter(path => path.startsWith(folder))).toEqual([])
  })

  test('many bytes are not copied on the main thread', async () => {
    const many = new Uint8Array(25_000_000).fill(7)
    await files.write('a.png', bytes)
    const writing = files.write('large.png', many)
    const [temporary = ''] = readdirSync(folder).filter(name => name.startsWith('large.png'))
    expect(statSync(join(folder, temporary)).size).toBeLessThan(many.length)
    await writing
    expect(Buffer.compare(many, (await files.read('large.png')) ?? new Uint8Array())).toBe(0)
  })

  test('their folder is made again where it was taken away between two writes', async () => {
    await files.write('a.png', bytes)
    rmSync(folder, { recursive: true })
    await files.write('b.png', bytes)
    expect(readdirSync(folder)).toEqual(['b.png'])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('a name never leads a write out of the folder', async () => {
    const outside = join(tempFolder(), 'outside.png')
    await files.write('a.png', bytes)
    symlinkSync(outside, join(folder, 'link.png'))
    await files.write('link.png', bytes)
    expect(() => readFileSync(outside)).toThrow()
    expect(readFileSync(join(folder, 'link.png'))).toEqual(Buffer.from(bytes))
  })

  test('that do not exist read as undefined and can be removed', async () => {
    expect(await files.read('none.png')).toBeUndefined()
    expect(await files.list()).toEqual([])
    await files.remove(['none.png'])
  })

  test('that are gone before they are moved aside are passed over', async () => {
    await files.write('a.png', bytes)
    const aside = join(folder, '..', 'aside')
    await files.moveTo(aside, ['gone.png', 'a.png'])
    expect(readdirSync(aside)).toEqual(['a.png'])
    expect(readdirSync(folder)).toEqual([])
  })

  test('a stream holds no more of a picture than is asked for, and closes its file when nobody asks any more', async () => {
    await files.write('large.png', new Uint8Array(10_000_000).fill(7))
    const reader = (await files.stream('large.png'))?.getReader()
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    const { value } = (await reader?.read()) ?? {}
    expect(value?.length).toBeLessThan(1_000_000)
    expect(open()).toBe(before + 1)
    await reader?.cancel()
    await vi.waitUntil(() => open() === before)
    expect(await files.stream('none.png')).toBeUndefined()
  })
})
