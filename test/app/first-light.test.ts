import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

describe('from prompt to picture', () => {
  test('a request becomes a job, a picture and one message', async () => {
    const job = await t.paint('a red circle on a blue background')
    expect(job.state).toBe('done')
    expect(job.pictures).toHaveLength(1)
    const [picture] = job.pictures
    expect(await t.bytesOf(picture?.id ?? '')).toHaveLength(picture?.sizeBytes ?? 0)
    expect(t.courier.kindsFor(job.id)[0]).toBe('open')
    expect(t.courier.kindsFor(job.id).at(-1)).toBe('settle')
    expect(t.courier.messages.get(job.id)).toMatchObject({ posts: 1, job: { state: 'done' } })
    expect(t.log.faults).toEqual([])
  })
})
