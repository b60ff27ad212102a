import { expect, test } from 'vitest'
import { ServedTime } from '../../../src/db/records/served-time.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { openDatabase } from '../../helpers/open-database.ts'

test('a kill loses less than a second of the time served before the last claim', () => {
  const { query } = openDatabase().client
  const clock = new FakeClock()
  const served = new ServedTime(query, clock)
  const atNextStart = () => new ServedTime(query, clock).nowMs()
  clock.advance(5000)
  served.saveIfOld()
  expect(atNextStart()).toBe(5000)
  clock.advance(999)
  served.saveIfOld()
  expect(atNextStart()).toBe(5000)
  clock.advance(1)
  served.saveIfOld()
  expect(atNextStart()).toBe(6000)
})
