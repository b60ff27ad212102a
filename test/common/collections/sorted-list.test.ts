import { expect, test } from 'vitest'
import { SortedList } from '../../../src/common/collections/sorted-list.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'

test('whatever is added and removed, the items are in order, over many chunks and when the order changes', () => {
  const random = seededRandom('sorted list')
  let sign = 1
  const compare = (a: number, b: number) => sign * (a - b)
  const list = new SortedList(compare)
  const expected: number[] = []
  const check = () => expect([...list]).toEqual(expected.sort(compare))
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 900; i++) {
      const item = random.below(100_000)
      if (!expected.includes(item)) {
        expected.push(item)
        list.add(item)
      }
    }
    check()
    for (let i = 0; i < 700; i++) {
      const [item = -1] = expected.splice(random.below(expected.length), 1)
      list.remove(item)
      list.remove(item)
    }
    check()
    sign = -sign
    list.sort()
    check()
  }
  for (const item of expected.splice(0)) list.remove(item)
  check()
  expect(list.isEmpty).toBe(true)
})
