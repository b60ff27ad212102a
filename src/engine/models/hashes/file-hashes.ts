/** Hashes files and sections of them, and reads each file once. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { AppError } from '../../../errors/errors.ts'
import { checkRegular, unreadableFile } from '../../weights/config-file.ts'
import { fingerprintOf } from '../../weights/fingerprint.ts'
import type { HashCache } from './hash-cache.ts'

/** The options for hashing model files. */
export interface FileHasher {
  readonly cache: HashCache
  /** Folders, without links, that must contain the file after links are resolved; absent: any folder. */
  readonly allowed?: readonly string[]
  /** Called before a file is read. Gigabytes take a while. */
  readonly onReading?: (file: string, bytes: number) => void
}

/** sha256, hex, of a file's bytes. @throws AppError 'model-file' when it cannot be read. */
export async function hashFile(file: string, hasher: FileHasher): Promise<string> {
  const [hash = ''] = await hashOnce(file, [''], hasher, () => [new Section([everything])])
  return hash
}

/** Bytes of a file, from `offset` on. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

const everything: ByteRange = { offset: 0, length: Number.POSITIVE_INFINITY }

/**
 * sha256, hex, of the file and of each named section, in one pass. Ranges are in ascending order.
 * @throws AppError 'model-file' when the file cannot be read.
 */
export async function hashSections(
  file: string,
  sections: ReadonlyMap<string, readonly ByteRange[]>,
  hasher: FileHasher,
): Promise<{ file: string; sections: Map<string, string> }> {
  const names = [...sections.keys()]
  const [whole = '', ...rest] = await hashOnce(file, ['', ...names], hasher, () => [
    new Section([everything]),
    ...[...sections.values()].map(ranges => new Section(ranges)),
  ])
  return { file: whole, sections: new Map(names.map((name, i) => [name, rest[i] ?? ''])) }
}

/** The hashes of the named sections, from the cache if it has all of them. */
async function hashOnce(
  file: string,
  names: readonly string[],
  { cache, allowed, onReading }: FileHasher,
  open: () => readonly Section[],
): Promise<string[]> {
  try {
    const target = await realpath(file)
    if (allowed && !isInside(target, allowed)) {
      throw new AppError('model-file', { file, problem: { what: 'outside-link', target } })
    }
    await checkRegular(target)
    const { fingerprint, bytes } = await fingerprintOf(target)
    // The key is the real path, so a file with several names is read once.
    const keys = names.map(name => (name === '' ? target : `${target}#${name}`))
    const known = keys.map(key => cache.get(key, fingerprint)).filter(hash => hash !== undefined)
    if (known.length === names.length) return known
    onReading?.(file, bytes)
    const hashes = await readThrough(target, open())
    // The hash of a file that changed meanwhile is not cached.
    if ((await fingerprintOf(target)).fingerprint !== fingerprint) return hashes
    for (const [i, key] of keys.entries()) cache.set(key, fingerprint, hashes[i] ?? '')
    return hashes
  } catch (error) {
    throw error instanceof AppError ? error : unreadableFile(file, error)
  }
}

/** Whether a path without links is inside one of the folders. */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some(
    folder => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep),
  )
}

async function readThrough(file: string, sections: readonly Section[]): Promise<string[]> {
  let at = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    if (!Buffer.isBuffer(chunk)) continue
    for (const section of sections) section.take(chunk, at)
    at += chunk.length
  }
  return sections.map(section => section.digest())
}

/** The hash of some ranges of a file that is read in chunks. */
class Section {
  readonly #sha = createHash('sha256')
  readonly #ranges: readonly ByteRange[]
  #next = 0

  constructor(ranges: readonly ByteRange[]) {
    this.#ranges = ranges
  }

  /** chunk: the file's bytes from `at` on. */
  take(chunk: Buffer, at: number): void {
    for (; this.#next < this.#ranges.length; this.#next++) {
      const { offset, length } = this.#ranges[this.#next] ?? everything
      if (offset >= at + chunk.length) return
      this.#sha.update(chunk.subarray(Math.max(0, offset - at), Math.min(chunk.length, offset + length - at)))
      if (offset + length > at + chunk.length) return
    }
  }

  digest(): string {
    return this.#sha.digest('hex')
  }
}

/** sha256, hex, of texts in their order. Each text is terminated, so different lists have different inputs. */
export function hashTexts(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}
