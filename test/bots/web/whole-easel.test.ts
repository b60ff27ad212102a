import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import { hourMs } from '../../../src/common/durations.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { EventReader } from './event-reader.ts'
import { HttpPerson, operator } from './http-person.ts'

describe('the web chat over the whole Easel', () => {
  let test: TestEasel
  let adapter: WebAdapter
  let ada: HttpPerson
  let bob: HttpPerson

  beforeEach(async () => {
    test = await buildTestEasel({
      couriers: [],
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      config: { admins: [operator.name], limits: { keepDays: 1 } },
    })
    ada = new HttpPerson(() => adapter.url ?? '')
    bob = new HttpPerson(() => adapter.url ?? '')
    await open()
  })
  afterEach(async () => {
    await adapter.stop()
    await test.dispose()
    expect(test.log.faults).toEqual([])
  })

  async function open(): Promise<void> {
    const { easel, clock, ids, log } = test
    const defaults = loadConfig(packageRoot, packageRoot)
    const config = { ...defaults, web: { ...defaults.web, port: 0 } }
    adapter = new WebAdapter({ easel, config, secrets: {}, clock, ids, log })
    test.built.register(adapter.courier)
    await adapter.start()
  }

  async function lastSeen() {
    const last = (await bob.sees()).at(-1)
    if (!last) throw new Error('nothing is to be seen')
    return last
  }

  async function paintAll(): Promise<void> {
    test.workers.mode = 'at-once'
    for (const run of test.workers.underway) run.finish()
    await test.settled()
  }

  it('tells open pages that a picture is not kept any more', async () => {
    await ada.imagines('a red circle')
    await paintAll()
    const events = new EventReader(await fetch(new URL('live', adapter.url)))
    const sync = await events.next()
    expect(sync?.event).toBe('sync')
    for (let hour = 0; hour < 27; hour++) {
      test.clock.advance(hourMs)
      for (let i = 0; i < 10; i++) await test.built.db.write(() => undefined)
    }
    let event = await events.next()
    while (event?.event === 'job') event = await events.next()
    expect(event?.event).toBe('gone')
    expect(sync?.data).toContain(event?.data)
    expect(await bob.sees()).toEqual([])
  })

  it('shows a request from its place in the queue to the picture, whose file it serves', async () => {
    await ada.imagines('a red circle --seed 7')
    await ada.imagines('a blue square --seed 8')
    await test.until(() => test.workers.underway.length === 1)
    test.workers.current.step(5)
    const text = (await bob.sees()).map(message => message.text).join('\n')
    expect(text).toContain(en.job.step(5, 20))
    expect(text).toContain(en.job.next)

    await paintAll()
    const result = await lastSeen()
    expect(result.text).toContain('/imagine a blue square --size 128x128 --n 1 --seed 8')
    const pictureId = result.buttons.find(({ action }) => action === 'info')?.targetId
    const file = await bob.gets(`/pictures/${pictureId}`)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('image/png')
  })

  it('makes a job of every button of every generation, after a restart too', async () => {
    await ada.imagines('a red circle --seed 7')
    await paintAll()
    for (const action of ['refine', 'vary-subtle', 'vary-strong', 'upscale', 're-roll'] as const) {
      await adapter.stop()
      await test.built.drain(0)
      test.built.close()
      await test.restart()
      await open()
      const button = (await lastSeen()).buttons.find(candidate => candidate.action === action)
      if (!button) throw new Error(`there is no ${action}`)
      expect(
        await bob.posts('/act', { button: `${button.action}:${button.targetId}` }),
        action,
      ).toMatchObject({
        kind: 'accepted',
      })
      await test.settled()
      expect((await lastSeen()).pictures, action).toHaveLength(1)
    }
    const jobs = test.jobsIn({ platform: 'web', spaceId: 'web', channelId: 'chat' }, 100)
    expect(jobs).toHaveLength(6)
    expect(new Set(jobs.slice(1).map(job => job.conversation.threadId))).toEqual(new Set([jobs[0]?.id]))
    expect(jobs.slice(1).map(job => job.parent?.jobId)).toEqual(jobs.slice(0, -1).map(job => job.id))
  })

  it('makes the same picture again from the command under it', async () => {
    await ada.imagines('a red circle --seed 7 --no "rain, snow" --cfg 5 --interval 0.1:0.8')
    await paintAll()
    const [first] = test.jobsIn({ platform: 'web', spaceId: 'web', channelId: 'chat' }, 1)
    const command = /\/imagine .*/.exec((await lastSeen()).text)?.[0] ?? ''
    await ada.posts('/say', { text: command })
    await test.settled()
    const [again] = test.jobsIn({ platform: 'web', spaceId: 'web', channelId: 'chat' }, 1)
    expect(again?.id).not.toBe(first?.id)
    expect(again?.order).toEqual(first?.order)
  })

  it('lets nobody but the author delete, who is asked first, and then shows and serves it no more', async () => {
    await ada.imagines('a red circle')
    await paintAll()
    const { buttons } = await lastSeen()
    const id = (action: string) => buttons.find(button => button.action === action)?.targetId
    const remove = { button: `delete:${id('delete')}` }
    expect(await bob.posts('/act', remove)).toMatchObject({
      kind: 'refused',
      sentences: [en.problems['not-yours']({})],
    })
    expect(await ada.posts('/act', remove)).toMatchObject({ kind: 'answer' })
    const confirm = { button: `confirm-delete:${id('delete')}` }
    expect(await bob.posts('/act', confirm)).toMatchObject({ kind: 'refused' })
    expect(await bob.sees()).not.toEqual([])
    expect(await ada.posts('/act', confirm)).toMatchObject({ kind: 'done' })
    await test.settled()
    expect(await bob.sees()).toEqual([])
    expect((await bob.gets(`/pictures/${id('info')}`)).status).toBe(404)
    expect(await bob.posts('/act', { button: `re-roll:${id('delete')}` })).toMatchObject({ kind: 'refused' })
  })

  it('cancels what is being painted', async () => {
    await ada.imagines('a red circle')
    await test.until(() => test.workers.underway.length === 1)
    const cancel = (await lastSeen()).buttons[0]
    await ada.presses(cancel ?? { action: 'cancel', targetId: '' })
    test.workers.current.step()
    await test.settled()
    expect((await lastSeen()).text).toContain(en.job.cancelled)
  })

  it('counts for the person, and for those whom the configuration names', async () => {
    const admin = new HttpPerson(() => adapter.url ?? '', operator.cookie)
    await ada.imagines('a red circle --n 2')
    await paintAll()
    test.clock.advance(1000)
    await ada.asks('usage')
    await admin.asks('stats')
    expect((await ada.told()).join('\n')).toContain('2 pictures in 1 job')
    expect((await admin.told()).join('\n')).toContain('1 job · 2 pictures · 1 person')
    expect((await admin.gets('/stats/chart.png')).status).toBe(200)
    expect(await (await admin.gets('/stats/easel-stats.csv')).text()).toContain('model,demo,1,2,0,')
  })

  it('shows the devices of all machines, now, to those whom the configuration names', async () => {
    const admin = new HttpPerson(() => adapter.url ?? '', operator.cookie)
    const openHost = () => new FakeWorkers().openHost()
    test.built.pool.addDevice({ name: 'm1/cuda:0', memoryBytes: 24e9, holdings: new Set(), openHost })
    await admin.asks('stats')
    await bob.asks('stats')
    expect((await admin.told()).join('\n')).toContain('m1/cuda:0, 24.0 GB, free · no models')
    expect((await bob.told()).join('\n')).not.toContain('cuda')
  })
})
