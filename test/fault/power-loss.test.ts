/**
 * Power is lost at every moment of a story: just before each write to the disk, each sync and each transaction. Whatever
 * people were told by then holds at the next start, whatever became of that which was not yet forced to disk.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { sha256 } from '../../src/db/files/picture-files.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import type { Unsynced } from '../helpers/disk/disk-recorder.ts'
import { tinyPng } from '../helpers/pictures/tiny-png.ts'
import { seededRandom } from '../helpers/random/seeded-random.ts'

const disk = await vi.hoisted(async () => {
  const { DiskRecorder } = await import('../helpers/disk/disk-recorder.ts')
  return new DiskRecorder()
})
vi.mock('node:fs', async original => {
  const { recordingFiles } = await import('../helpers/disk/recording-files.ts')
  return recordingFiles(disk, await original())
})
vi.mock('node:fs/promises', async original => {
  const { recordingFilePromises } = await import('../helpers/disk/recording-files.ts')
  return recordingFilePromises(disk, await original())
})

/** Of losses in which a random part of what was not synced is there, for each moment. */
const partialLosses = Number(process.env.EASEL_POWER_LOSSES ?? 1)

/** Looked at right after the start that follows the loss. */
type Check = (t: TestEasel) => unknown

class Story {
  readonly promises: Check[] = []
  readonly t: TestEasel

  constructor(t: TestEasel) {
    this.t = t
  }

  /** A person was told; returns how to take it back. */
  promise(holds: Check): () => void {
    const promise = this.promises.push(holds) - 1
    disk.record({ kind: 'promised', promise })
    return () => disk.record({ kind: 'withdrawn', promise })
  }

  async paint(prompt: string, source?: Uint8Array): Promise<{ id: string; withdraw: () => void }> {
    const given = source && { source: { kind: 'bytes', bytes: source } as const }
    const outcome = await this.t.easel.imagine({ prompt, ...given }, this.t.caller())
    const id = outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : ''
    const accepted = this.promise(t => expect(t.find(id)?.promptAsTyped).toBe(prompt))
    await this.t.settled()
    const [picture] = this.t.job(id).pictures
    if (!picture) throw new Error('nothing was painted')
    const done = this.promise(async t => {
      expect(t.find(id)?.state).toBe('done')
      expect(sha256((await t.bytesOf(picture.id)) ?? new Uint8Array())).toBe(picture.hash)
    })
    return {
      id,
      withdraw() {
        accepted()
        done()
      },
    }
  }
}

/** A prompt of somebody who is forgotten. */
const secret = 'a word that nobody may find'

/** Everything that is forced to disk: requests, a person's own picture, results, a deletion, a forgetting. */
async function tell(story: Story): Promise<void> {
  const { t } = story
  const first = await story.paint('a red circle', tinyPng(128, 128, [10, 20, 30]))
  const second = await story.paint(secret)

  first.withdraw()
  await t.easel.act({ kind: 'delete', jobId: first.id }, t.caller())
  const deleted = story.promise(after => {
    expect(after.find(first.id)).toBeUndefined()
    expect(picturesOf(after).filter(name => name.startsWith(first.id))).toEqual([])
  })
  await t.settled()

  second.withdraw()
  await t.easel.forget(t.caller().person)
  deleted()
  story.promise(after => {
    expect(picturesOf(after)).toEqual([])
    for (const name of readdirSync(after.dataDir, { recursive: true, withFileTypes: true }))
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name)).includes(secret)).toBe(false)
  })
}

function picturesOf(t: TestEasel): string[] {
  try {
    return readdirSync(join(t.dataDir, 'pictures'))
  } catch {
    return []
  }
}

/** Whole or not there: of every row, and of nothing else. */
function checkFolder(t: TestEasel, when: string): void {
  const { sqlite } = t.built.db.client
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
  const rows = sqlite.prepare<[], { file: string; hash: string }>('SELECT file, hash FROM pictures').all()
  expect(picturesOf(t).toSorted(), when).toEqual(rows.map(({ file }) => file).toSorted())
  for (const { file, hash } of rows)
    expect(sha256(readFileSync(join(t.dataDir, 'pictures', file)))).toBe(hash)
}

test('nothing that was acknowledged is missing, and no half a picture is there', {
  timeout: 120_000 + partialLosses * 60_000,
}, async () => {
  const random = seededRandom('power loss')
  const part = (bound: number) => Math.floor(random.next() * (bound + 1))
  const t = await buildTestEasel()
  try {
    disk.begin(t.dataDir)
    const story = new Story(t)
    await tell(story)
    disk.end()
    const losses: Unsynced[] = ['lost', ...Array.from({ length: partialLosses }, () => part)]
    for (let moment = 1; moment <= disk.events.length; moment++) {
      for (const unsynced of losses) {
        t.crash()
        disk.restore(moment, t.dataDir, unsynced)
        await t.restart()
        for (const promise of disk.promisesAt(moment)) await story.promises[promise]?.(t)
        await t.settled()
        checkFolder(t, `before event ${moment}, unsynced: ${unsynced}`)
      }
    }
    process.stdout.write(`power loss: ${disk.events.length} moments, ${losses.length} losses each\n`)
  } finally {
    disk.end()
    await t.dispose()
  }
})
