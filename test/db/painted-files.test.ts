/** Files of painted pictures have no row until their job ends: nothing of a failed try may stay, or stop the next start. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recover } from '../../src/app/recover.ts'
import type { Ending } from '../../src/engine/jobs/job-store.ts'
import type { PaintedPicture } from '../../src/engine/pipeline/painter.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { addJob, openDatabase } from '../helpers/open-database.ts'
import { silent } from '../helpers/remote/remote-pair.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const jobId = '0000000000000abc'

function picture(seed: number): PaintedPicture {
  return { bytes: Uint8Array.of(seed), mediaType: 'image/png', seed, widthPx: 8, heightPx: 8 }
}

async function runningJob() {
  const dataDir = tempFolder()
  const db = openDatabase({ dataDir })
  await addJob(db, jobId)
  const claim = await db.jobStore.claim(jobId, 'cpu')
  if (!claim || claim === 'device-paused') throw new Error('the job was not claimed')
  return { db, claim, pictures: () => readdirSync(join(dataDir, 'pictures')), dataDir }
}

test('a set of which the disk refuses the second file leaves none of it', async () => {
  const { db, claim, pictures } = await runningJob()
  const write = db.files.write.bind(db.files)
  let writes = 0
  db.files.write = (name, bytes) => {
    writes++
    return writes === 2 ? Promise.reject(new Error('no space left')) : write(name, bytes)
  }
  const ending: Ending = { state: 'done', pictures: [picture(1), picture(2)] }
  await expect(db.jobStore.end(claim, ending, 1)).rejects.toThrow('no space left')
  expect(pictures()).toEqual([])
  await db.jobStore.end(claim, ending, 1)
  expect(pictures()).toHaveLength(2)
})

test('files of tries that a job no longer knows are moved aside, however many, and stop no start', async () => {
  const { db, claim, pictures, dataDir } = await runningJob()
  await db.jobStore.end(claim, { state: 'done', pictures: [picture(1)] }, 1)
  const [kept = ''] = pictures()
  for (let i = 0; i < 4; i++) {
    writeFileSync(join(dataDir, 'pictures', `${jobId}-0-000000000000000${i}.png`), 'of a try')
  }
  await recover({ db, clock: new FakeClock(), log: silent })
  expect(pictures()).toEqual([kept])
  expect(
    readdirSync(join(dataDir, 'strays'), { recursive: true }).filter(name => /png$/.test(String(name))),
  ).toHaveLength(4)
})
