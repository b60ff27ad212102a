/** A paused device claims nothing, from the write of its pause to the write of its end. */
import { expect, test } from 'vitest'
import { addJob, openDatabase } from '../../helpers/open-database.ts'

test('a paused device claims no job, another one does, and itself after its pause', async () => {
  const db = openDatabase()
  await addJob(db, 'first')
  await addJob(db, 'second')
  await db.write(() => db.paused.add('cpu', 1))
  expect(await db.jobStore.claim('first', 'cpu')).toBe('device-paused')
  expect(await db.jobStore.claim('first', 'other')).toMatchObject({ jobId: 'first' })
  await db.write(() => db.paused.remove('cpu'))
  expect(await db.jobStore.claim('second', 'cpu')).toMatchObject({ jobId: 'second' })
})

test('a device is busy while a job that it claimed runs', async () => {
  const db = openDatabase()
  await addJob(db, 'first')
  expect(db.paused.isBusy('cpu')).toBe(false)
  await db.jobStore.claim('first', 'cpu')
  expect(db.paused.isBusy('cpu')).toBe(true)
  expect(db.paused.isBusy('other')).toBe(false)
})
