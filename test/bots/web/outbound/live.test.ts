import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Live } from '../../../../src/bots/web/outbound/live.ts'
import { liveEvents } from '../../../../src/bots/web/outbound/live-stream.ts'
import { en } from '../../../../src/words/en.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { jobView } from '../../../helpers/job-views.ts'
import { EventReader, type LiveEvent } from '../event-reader.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

describe('the live stream', () => {
  let chat: WebChat

  beforeEach(async () => {
    chat = await openWebChat()
  })
  afterEach(() => chat.close())

  async function connect(): Promise<EventReader> {
    return new EventReader(await chat.ada.gets('/live'))
  }

  /** The next event; time goes on until it comes. */
  async function nextEvent(reader: EventReader): Promise<LiveEvent> {
    let event: LiveEvent | undefined
    let waiting = true
    const got = reader.next().then(next => {
      event = next
      waiting = false
    })
    while (waiting) {
      chat.clock.advance(100)
      await new Promise(resolve => setImmediate(resolve))
    }
    await got
    if (!event) throw new Error('the stream ended')
    return event
  }

  it('begins with the versions of all that is there, from which a browser sees what it missed', async () => {
    await chat.ada.imagines('a cat')
    const before = await connect()
    const first = await nextEvent(before)
    expect(first.event).toBe('sync')
    const [[jobId, version]] = JSON.parse(first.data)
    expect(jobId).toBe(chat.easel.jobs[0]?.id)
    await before.cancel()

    await chat.easel.paint(jobId)
    const after = await connect()
    const [[sameId, newVersion]] = JSON.parse((await nextEvent(after)).data)
    expect(sameId).toBe(jobId)
    expect(newVersion).not.toBe(version)
    const response = await chat.ada.gets('/feed')
    const feed = (await response.json()) as { fragments: { version: string }[] }
    expect(feed.fragments[0]?.version).toBe(newVersion)
    await after.cancel()
  })

  it('renders a change once, however many browsers are open', async () => {
    const clock = new FakeClock()
    const live = new Live()
    const throttle = { limit: 20, restMs: 80, quietMs: 15_000 }
    const browsers = [live.subscribe(clock, throttle), live.subscribe(clock, throttle)]
    live.changed(jobView())
    const eventOf = liveEvents(en)
    const [first, second] = await Promise.all(browsers.map(browser => browser.next()))
    const rendered = [first, second].flatMap(changes => changes?.map(eventOf) ?? [])
    expect(rendered).toHaveLength(2)
    expect(rendered[0]).toBe(rendered[1])
  })

  it('tells every browser of a new job, its steps, its end, its deletion', async () => {
    const readers = [await connect(), await connect()]
    for (const reader of readers) expect((await nextEvent(reader)).event).toBe('sync')
    await chat.bob.imagines('a cat')
    const jobId = chat.easel.jobs[0]?.id ?? ''
    for (const reader of readers) {
      const { event, data } = await nextEvent(reader)
      expect(event).toBe('job')
      expect(JSON.parse(data)).toMatchObject({ jobId, threadId: jobId, state: 'queued' })
      expect(JSON.parse(data).card).toContain('a cat')
    }
    await chat.easel.start(jobId)
    await chat.easel.step(7)
    for (const reader of readers) {
      let reply = ''
      while (!reply.includes('step 7 of 20')) reply = JSON.parse((await nextEvent(reader)).data).reply
      expect(reply).toContain('<progress max="20" value="7"')
    }
    await chat.easel.finish(jobId)
    await chat.bob.presses({ action: 'confirm-delete', targetId: jobId })
    await chat.easel.delivered()
    for (const reader of readers) {
      let last = await nextEvent(reader)
      while (last.event !== 'gone') last = await nextEvent(reader)
      expect(JSON.parse(last.data)).toBe(jobId)
      await reader.cancel()
    }
  })

  it('ends when the server stops, so that stopping does not wait for browsers', async () => {
    const reader = await connect()
    await nextEvent(reader)
    await chat.close()
    expect(await reader.next()).toBeUndefined()
  })
})

describe('stopping', () => {
  it('does not wait for a connection that never asks, as browsers open them ahead', async () => {
    const chat = await openWebChat()
    const { port, hostname } = new URL(chat.url)
    const socket = connectSocket(Number(port), hostname)
    await once(socket, 'connect')
    await chat.close()
    await once(socket, 'close')
  })
})

describe('what changed for one browser', () => {
  const throttle = { limit: 2, restMs: 80, quietMs: 1000 }

  it('is the latest state of each job, in batches with a rest between them', async () => {
    const clock = new FakeClock()
    const live = new Live()
    const subscription = live.subscribe(clock, throttle)
    for (let step = 1; step <= 20; step++) {
      for (const id of ['a', 'b', 'c']) live.changed(jobView({ id, step, state: 'running' }))
    }
    live.removed('b')
    expect(await subscription.next()).toMatchObject([
      { kind: 'changed', job: { id: 'a', step: 20 } },
      { kind: 'removed', jobId: 'b' },
    ])
    const rest = subscription.next()
    live.changed(jobView({ id: 'c', step: 21 }))
    clock.advance(80)
    expect(await rest).toMatchObject([{ kind: 'changed', job: { id: 'c', step: 21 } }])
  })

  it('is nothing after a quiet while', async () => {
    const clock = new FakeClock()
    const quiet = new Live().subscribe(clock, throttle).next()
    clock.advance(1000)
    expect(await quiet).toEqual([])
  })

  it('ends at once when all is closed, in a rest or while quiet', async () => {
    const clock = new FakeClock()
    const live = new Live()
    const quiet = live.subscribe(clock, throttle).next()
    const resting = live.subscribe(clock, throttle)
    live.changed(jobView())
    await Promise.all([quiet, resting.next()])
    const ended = [resting.next(), live.subscribe(clock, throttle).next()]
    live.close()
    expect(await Promise.all(ended)).toEqual([undefined, undefined])
    expect(await resting.next()).toBeUndefined()
    expect(clock.pending).toBe(0)
  })
})
