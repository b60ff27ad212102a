import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Caller } from '../../../src/app/people/people.ts'
import { Thumbnails } from '../../../src/app/views/thumbnails.ts'
import type { JobView } from '../../../src/app/views/views.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { tinyPng } from '../../helpers/pictures/tiny-png.ts'

const picture = tinyPng(600, 600, [200, 40, 40])

/** Files that are read when the test says so. */
class HeldFiles {
  readonly reads: string[] = []
  readonly #waiting: (() => void)[] = []

  read = (file: string): Promise<Uint8Array | undefined> => {
    this.reads.push(file)
    return new Promise(resolve => this.#waiting.push(() => resolve(picture)))
  }

  /** Lets the read that waits go on, once there is one. */
  async release(): Promise<void> {
    while (this.#waiting.length === 0) await Promise.resolve()
    this.#waiting.shift()?.()
  }
}

describe('thumbnails', () => {
  test('are made one at a time, in the order in which they were asked for', async () => {
    const files = new HeldFiles()
    const thumbnails = new Thumbnails(files.read)
    const asked = ['a', 'b', 'c'].map(file => thumbnails.of(file, 512))
    for (const [i, made] of asked.entries()) {
      await files.release()
      expect(files.reads).toHaveLength(i + 1)
      await made
    }
    expect(files.reads).toEqual(['a', 'b', 'c'])
  })

  test('are made once for all who ask, and kept for those who ask later', async () => {
    const files = new HeldFiles()
    const thumbnails = new Thumbnails(files.read)
    const asked = [thumbnails.of('a', 512), thumbnails.of('a', 512)]
    await files.release()
    const [first, second] = await Promise.all(asked)
    expect(second).toBe(first)
    expect(await thumbnails.of('a', 512)).toBe(first)
    expect(files.reads).toEqual(['a'])
  })

  test('take no more memory than their limit, and those that were not looked at for longest go first', async () => {
    const reads: string[] = []
    const read = async (file: string) => {
      reads.push(file)
      return picture
    }
    const one = new Thumbnails(read)
    const bytes = (await one.of('a', 512))?.length ?? 0
    expect(one.keptBytes).toBe(bytes)
    const two = new Thumbnails(read, 2 * bytes)
    for (const file of ['a', 'b', 'a', 'c']) await two.of(file, 512)
    expect(two.keptBytes).toBe(2 * bytes)
    reads.length = 0
    for (const file of ['a', 'c', 'b']) await two.of(file, 512)
    expect(reads).toEqual(['b'])
  })

  test('of deleted files are forgotten, also one that is being made', async () => {
    const files = new HeldFiles()
    const thumbnails = new Thumbnails(files.read)
    const made = thumbnails.of('a', 512)
    await files.release()
    await made
    const underway = thumbnails.of('b', 512)
    while (files.reads.length < 2) await Promise.resolve()
    thumbnails.drop(['a', 'b'])
    await files.release()
    await underway
    expect(thumbnails.keptBytes).toBe(0)
  })

  test('go on being made after one that cannot be', async () => {
    const thumbnails = new Thumbnails(async file => (file === 'damaged' ? picture.subarray(0, 60) : picture))
    const damaged = thumbnails.of('damaged', 512)
    const sound = thumbnails.of('sound', 512)
    await expect(damaged).rejects.toThrow()
    expect(await sound).toBeDefined()
  })

  test('of files that are not there are not there', async () => {
    expect(await new Thumbnails(async () => undefined).of('a', 512)).toBeUndefined()
  })
})

describe('the thumbnail of a deleted picture', () => {
  let t: TestEasel
  let caller: Caller
  let job: JobView
  beforeEach(async () => {
    t = await buildTestEasel()
    caller = t.caller()
    job = await t.paint('a cat', caller)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await t.dispose()
  })

  const thumbnail = () => t.easel.thumbnail(job.pictures[0]?.id ?? '', 512, caller)

  test.each(['delete', 'forget'] as const)('is gone from memory too: %s', async how => {
    const kept = vi.spyOn(Thumbnails.prototype, 'of')
    expect(await thumbnail()).toBeDefined()
    const [thumbnails] = kept.mock.contexts
    if (!(thumbnails instanceof Thumbnails)) expect.fail('no thumbnail was asked for')
    expect(thumbnails.keptBytes).toBeGreaterThan(0)
    if (how === 'delete') await t.easel.act({ kind: 'delete', jobId: job.id }, t.caller())
    else await t.easel.forget(caller.person)
    expect(thumbnails.keptBytes).toBe(0)
    expect(await thumbnail()).toBeUndefined()
  })

  test('is not given to those who asked before', async () => {
    const asked = thumbnail()
    const { db } = t.built
    await db.write(() => db.pictures.removeOfJob(job.id))
    expect(await asked).toBeUndefined()
  })
})
