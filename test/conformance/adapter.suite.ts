/**
 * What every chat adapter promises, whatever its platform. An adapter's own test file supplies a driver that acts as
 * the platform's people and reads what they would see, and calls `describeAdapter`.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ButtonTarget, jobActions } from '../../src/bots/messages/buttons.ts'
import { en } from '../../src/words/en.ts'
import { DrivenEasel } from '../helpers/driven-easel.ts'
import type { AdapterDriver, AdapterTraits, SeenMessage, World } from './adapter-driver.ts'
import { hostilePrompts, upright } from './hostile-prompts.ts'

export function describeAdapter({ name, start }: AdapterTraits): void {
  describe(`${name} keeps every adapter's promises`, () => {
    let driven: DrivenEasel
    let world: World
    let driver: AdapterDriver

    beforeEach(async () => {
      driven = await DrivenEasel.build()
      const { clock, ids, log } = driven.test
      world = { easel: driven.easel, clock, ids, log }
      driver = await start(world)
      driven.attach(driver.adapter.courier)
    })
    afterEach(async () => {
      await driver.stop()
      await driven.dispose()
    })

    async function restart(): Promise<void> {
      await driver.restart()
      driven.attach(driver.adapter.courier)
    }

    /** Types, and answers with the id of the one job that came of it. */
    async function imagined(text: string): Promise<string> {
      await driver.ada.imagines(text)
      await driven.delivered()
      return lastJobId()
    }

    function lastJobId(): string {
      const job = driven.jobs.at(-1)
      if (!job) throw new Error('no job came of it')
      return job.id
    }

    async function seen(): Promise<SeenMessage[]> {
      await driven.delivered()
      return driver.bob.sees()
    }

    async function lastSeen(): Promise<SeenMessage> {
      const last = (await seen()).at(-1)
      if (!last) throw new Error('nothing is to be seen')
      return last
    }

    async function seenText(): Promise<string> {
      return (await seen()).map(message => message.text).join('\n')
    }

    it('answers a request with a card and a placeholder that says its place and can be cancelled', async () => {
      const jobId = await imagined('a red circle on a blue background --seed 7')
      const text = await seenText()
      expect(text).toContain('a red circle on a blue background')
      expect(text).toContain(en.job.next)
      expect((await lastSeen()).buttons).toMatchObject([{ action: 'cancel', targetId: jobId }])
    })

    it('passes on who asked and where, and what was typed', async () => {
      await imagined('a cat --no dog --ar 3:2 --n 2')
      expect(driven.lastRequest).toMatchObject({
        prompt: 'a cat',
        negative: 'dog',
        aspect: { width: 3, height: 2 },
        count: 2,
      })
      const { adapter } = driver
      expect(driven.lastCaller).toMatchObject({
        person: { platform: adapter.platform },
        conversation: { platform: adapter.platform },
        rights: { moderator: false },
      })
    })

    it('shows the steps, then the picture with alternative text and buttons, its parameters and command behind Info', async () => {
      const jobId = await imagined('a red circle --seed 7')
      await driven.start(jobId)
      await driven.step(5)
      world.clock.advance(driver.adapter.courier.progressIntervalMs)
      expect(await seenText()).toContain(en.job.step(5, 20))

      await driven.finish(jobId)
      const result = await lastSeen()
      expect(result.pictures).toHaveLength(1)
      expect(result.pictures[0]).toContain('a red circle')
      const [picture] = driven.job(jobId)?.pictures ?? []
      await driver.bob.presses({ action: 'info', targetId: picture?.id ?? '' })
      const info = (await driver.bob.told()).at(-1)
      expect(info).toMatch(/Seed:? ?7/)
      expect(info).toContain('/imagine a red circle --size 128x128 --n 1 --seed 7 --steps 20')
      expect(result.text).not.toContain(en.job.step(5, 20))
      expect(result.buttons.map(button => button.action)).toEqual(
        jobActions.filter(action => action !== 'cancel' && action !== 'more'),
      )
    })

    it('numbers the buttons of a set, each for its own picture', async () => {
      const jobId = await imagined('three cats --n 3')
      await driven.paint(jobId)
      const result = await lastSeen()
      expect(result.pictures).toHaveLength(3)
      const pictureIds = driven.job(jobId)?.pictures.map(picture => picture.id)
      for (const action of ['refine', 'vary-strong', 'upscale']) {
        const row = result.buttons.filter(button => button.action === action)
        expect(row.map(button => button.targetId)).toEqual(pictureIds)
        expect(row.map(button => button.label.match(/\d$/)?.[0])).toEqual(['1', '2', '3'])
      }
    })

    it('makes a new job in the same thread of every button, also after a restart, generations deep', async () => {
      const rootId = await imagined('a red circle')
      await driven.paint(rootId)
      for (const action of ['refine', 'vary-subtle', 'vary-strong', 'upscale', 're-roll'] as const) {
        const parent = driven.job(lastJobId())
        await restart()
        const button = (await lastSeen()).buttons.find(candidate => candidate.action === action)
        if (!button) throw new Error(`there is no ${action}`)
        const before = await seen()
        await driver.bob.presses(button)
        await driven.delivered()
        const child = driven.job(lastJobId())
        expect(child?.id, action).not.toBe(parent?.id)
        expect(child?.parent?.jobId, action).toBe(parent?.id)
        expect(child?.conversation, action).toMatchObject({ channelId: parent?.conversation.channelId })
        expect((await seen()).length, action).toBeGreaterThan(before.length)
        await driven.paint(lastJobId())
        expect((await lastSeen()).pictures, action).toHaveLength(1)
      }
      const threads = new Set(driven.jobs.slice(1).map(job => job.conversation.threadId))
      expect(threads.size).toBe(1)
      expect([...threads][0]).toBeDefined()
    })

    it('remixes with the form’s prompt', async () => {
      await driven.paint(await imagined('a red circle'))
      const pictureId = driven.jobs[0]?.pictures[0]?.id ?? ''
      await driver.ada.remixes(pictureId, 'a green square')
      await driven.delivered()
      expect(driven.lastRequest).toMatchObject({ prompt: 'a green square' })
      expect(driven.job(lastJobId())?.parent?.pictureId).toBe(pictureId)
      expect(await seenText()).toContain('a green square')
    })

    it('tells all about a picture to the one who asks', async () => {
      await driven.paint(await imagined('a red circle --seed 7'))
      const button = (await lastSeen()).buttons.find(({ action }) => action === 'info')
      if (!button) throw new Error('there is no info')
      const before = (await seen()).length
      await driver.bob.presses(button)
      expect((await driver.bob.told()).join('\n')).toMatch(/Seed:?\s*7/)
      expect(await driver.ada.told()).toEqual([])
      expect(await seen()).toHaveLength(before)
    })

    it('lets only the author cancel and delete', async () => {
      const jobId = await imagined('a red circle')
      await driver.bob.presses({ action: 'cancel', targetId: jobId })
      expect((await driver.bob.told()).join('\n')).toContain(en.problems['not-yours']({}))
      expect(driven.job(jobId)?.state).toBe('queued')

      await driven.paint(jobId)
      await driver.bob.presses({ action: 'delete', targetId: jobId })
      expect(
        (await driver.bob.told()).filter(text => text.includes(en.problems['not-yours']({}))),
      ).toHaveLength(2)
      expect((await lastSeen()).pictures).toHaveLength(1)

      await driver.ada.presses({ action: 'delete', targetId: jobId })
      // Where the platform has no dialog for that, the press itself asks.
      if (driven.job(jobId)) await driver.ada.presses({ action: 'confirm-delete', targetId: jobId })
      await driven.delivered()
      expect(driven.job(jobId)).toBeUndefined()
      expect((await seen()).flatMap(message => message.pictures)).toEqual([])
    })

    it('shows that a job was cancelled, and offers to do it after all', async () => {
      const jobId = await imagined('a red circle')
      await driver.ada.presses({ action: 'cancel', targetId: jobId })
      const last = await lastSeen()
      expect(last.text).toContain(en.job.cancelled)
      expect(last.buttons).toMatchObject([{ action: 're-roll', targetId: jobId }])
    })

    it('says in one sentence why a job failed', async () => {
      const jobId = await imagined('a red circle')
      await driven.start(jobId)
      await driven.fail(jobId, 'not-finite', { where: 'picture' })
      expect((await lastSeen()).text).toContain(en.errors['not-finite']({ where: 'picture' }))
    })

    it('makes one job of an event that comes twice', async () => {
      await driver.ada.imagines('a red circle', { eventId: 'event-1' })
      await driver.ada.imagines('a red circle', { eventId: 'event-1' })
      expect(driven.jobs).toHaveLength(1)
      await driven.paint(lastJobId())
      const before = await seen()
      const button: ButtonTarget = { action: 're-roll', targetId: lastJobId() }
      await driver.ada.presses(button, { eventId: 'event-2' })
      await driver.ada.presses(button, { eventId: 'event-2' })
      // What waits already is not asked for twice; what is done may be.
      await driven.paint(lastJobId())
      await driver.ada.presses(button, { eventId: 'event-3' })
      expect(driven.jobs).toHaveLength(3)
      expect((await seen()).length).toBeGreaterThan(before.length)
    })

    it.each([
      ['a cat --sed 3', 'Did you mean --seed?'],
      ['a cat --steps 1000', 'steps is 1000, but must be from 1 to 150.'],
      ['', en.problems['prompt-empty']({})],
    ])('refuses %j in one sentence to the asker alone', async (text, sentence) => {
      await driver.ada.imagines(text)
      expect((await driver.ada.told()).join('\n')).toContain(sentence)
      expect(driven.jobs).toEqual([])
      expect(await seen()).toEqual([])
    })

    it('names everything that is wrong at once, whether it could be read or not', async () => {
      const text = 'a cat --sed 3 --cfg seven --steps 1000 --n 99 --sampler nope'
      const sentences = [
        'Did you mean --seed?',
        '“seven”',
        'steps is 1000',
        'n is 99',
        'There is no sampler “nope”',
      ]
      await driver.ada.imagines(text)
      const ofText = [...(await driver.ada.told())]
      for (const sentence of sentences) expect(ofText.join('\n')).toContain(sentence)
      await driven.paint(await imagined('a red circle'))
      await driver.ada.remixes(driven.jobs[0]?.pictures[0]?.id ?? '', text)
      const ofForm = (await driver.ada.told()).slice(ofText.length).join('\n')
      for (const sentence of sentences) expect(ofForm).toContain(sentence)
      expect(driven.jobs).toHaveLength(1)
    })

    it('shows what a prompt expands to before it does so', async () => {
      await driver.ada.imagines('a {red,green} cat')
      expect(driven.jobs).toEqual([])
      expect((await driver.ada.told()).join('\n')).toContain('a green cat')
      await driver.ada.confirms()
      await driven.delivered()
      expect(driven.jobs.map(job => job.promptAsTyped)).toEqual(['a red cat', 'a green cat'])
    })

    it.each(hostilePrompts)('shows %j as text and nothing else', async prompt => {
      const jobId = await imagined(`${prompt} --seed 7`)
      await driven.paint(jobId)
      expect(driven.job(jobId)?.promptAsTyped).toBe(prompt)
      expect(await driver.harm()).toEqual([])
      expect(upright(await seenText())).toContain(upright(prompt))
    })

    it('copes with the longest prompt', async () => {
      const jobId = await imagined('long '.repeat(800).trim())
      await driven.paint(jobId)
      expect((await lastSeen()).pictures).toHaveLength(1)
      expect((await lastSeen()).buttons).toHaveLength(8)
    })

    it('answers the small commands to the asker alone', async () => {
      await imagined('a waiting cat')
      const before = await seen()
      await driver.ada.asks('queue')
      await driver.ada.asks('help')
      await driver.ada.asks('models')
      await driver.ada.asks('usage')
      const told = (await driver.ada.told()).join('\n')
      for (const expected of ['a waiting cat', '--ar 3:2', 'A tiny model for tests.', en.usage.unlimited]) {
        expect(told).toContain(expected)
      }
      expect(await driver.bob.told()).toEqual([])
      expect(await seen()).toEqual(before)
    })

    it('logs no fault on the way', async () => {
      await driven.paint(await imagined('a red circle'))
      expect(world.log.faults).toEqual([])
    })
  })
}
