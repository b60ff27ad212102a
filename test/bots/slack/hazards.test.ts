/** What may go wrong between a painted picture and the person who waits for it: nothing is lost, every end is clear. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import type { FakeRun } from '../../fakes/fake-workers.ts'
import { buttonsOf } from '../../fakes/slack/blocks/block-kit.ts'
import type { Post } from '../../fakes/slack/world.ts'
import { lastOf, SlackTest } from './start-slack.ts'

const labels = (post: Post) => buttonsOf(post.blocks).map(({ button }) => button.text.text)
const pictures = (post: Post) => post.blocks.filter(block => block.type === 'image').length

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

function thread(): Post[] {
  return t.thread(lastOf(t.cards()))
}

async function imagine(text = 'a red circle'): Promise<void> {
  await t.scene.ada.types('/imagine', text, { channelId: t.scene.channel.id })
}

/** Asked for, opened and begun; the test says when it is done. */
async function begun(text?: string): Promise<FakeRun> {
  const { workers } = t.test
  workers.mode = 'by-hand'
  await imagine(text)
  await t.test.until(
    () => workers.underway.length === 1 && t.cards().some(card => t.thread(card).length === 1),
  )
  await t.test.built.delivered()
  return workers.current
}

/** Nothing waits to be said, and nothing was said that Slack had asked us to wait with. */
function expectCalm(): void {
  expect(t.test.pending).toEqual([])
  expect(t.slack.limits.rude).toEqual([])
}

describe('pictures that Slack is slow with', () => {
  it('wait until they are processed, then stand in the message with the buttons', async () => {
    t.slack.faults.processingMs = 4000
    await imagine('two cats --n 2')
    await t.calm()
    expect(thread().map(pictures)).toEqual([2])
    expect(t.slack.api.calls.filter(call => call.error === 'invalid_blocks')).toEqual([])
    expectCalm()
  })

  it('come first where they are never processed, and the buttons in the next message', async () => {
    t.slack.faults.processingMs = Number.POSITIVE_INFINITY
    await imagine('two cats --n 2')
    await t.calm()
    const [above, below, ...more] = thread()
    expect(more).toEqual([])
    expect(above?.fileIds).toHaveLength(2)
    expect(below && labels(below)).toContain('Upscale 2')
    expect(below && t.text(below)).toContain('The pictures are in the message above.')
    const kept = [...t.slack.world.files.values()].filter(file => file.state !== 'deleted')
    expect(kept).toHaveLength(2)
    expectCalm()
  })

  it('come first where Slack refuses them in blocks, and go again with Delete', async () => {
    t.slack.faults.acceptsUnsharedFiles = false
    await imagine()
    await t.calm()
    const [above, below] = thread()
    expect(above?.fileIds).toHaveLength(1)
    expect(below && labels(below)).toContain('Delete')
    expect(t.slack.api.calls.filter(call => call.error === 'invalid_blocks')).toHaveLength(1)
    await t.scene.ada.presses(lastOf(thread()), 'Delete')
    await t.calm()
    expect(t.slack.world.posts.filter(post => post.onlyFor === undefined && !post.deleted)).toEqual([])
    expect([...t.slack.world.files.values()].map(file => file.state)).not.toContain('complete')
  })
})

describe('a Slack that is busy', () => {
  it.each(['chat.postMessage', 'chat.update', 'files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'is given the time that it asks for: %s',
    async method => {
      t.slack.limits.block(method, t.scene.team.id, 30, t.scene.channel.id)
      await imagine()
      await t.calm()
      expect(t.slack.limits.refusals).toBeGreaterThan(0)
      expect(thread().map(pictures)).toEqual([1])
      expect(t.cards()).toHaveLength(1)
      expectCalm()
    },
  )

  it.each([
    ['files.getUploadURLExternal', 503],
    ['files.completeUploadExternal', 'internal_error'],
    ['files.info', 500],
    ['upload', 500],
    ['chat.update', 'fatal_error'],
    ['chat.postMessage', 'service_unavailable'],
  ])('has its faults mended by another try: %s answers %s', async (method, fault) => {
    t.slack.faults.failNext(method, fault)
    await imagine()
    await t.calm()
    expect(thread().map(pictures)).toEqual([1])
    expect(t.cards()).toHaveLength(1)
    expectCalm()
  })

  it('says so in one sentence where a form could not be opened', async () => {
    t.slack.limits.block('views.open', t.scene.team.id, 30)
    await imagine('')
    await t.adapter.idle()
    expect(t.told(t.scene.ada).at(-1)).toMatch(/Slack/)
  })
})

describe('pictures that Slack does not take', () => {
  it.each(['files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'are kept, and the message says how to get them later: %s',
    async method => {
      const takenAgain = t.slack.faults.failAlways(method, 'storage_limit_reached')
      await imagine()
      await t.calm()
      const [result] = thread()
      expect(result && t.text(result)).toContain('Slack refused the pictures (storage_limit_reached)')
      // Buttons of pictures that nobody sees there would act on nothing.
      expect(result && labels(result)).toEqual(['Delete'])
      expectCalm()
      takenAgain()
      const command = /\/easel (show \S+)/.exec(result ? t.text(result) : '')?.[1] ?? ''
      await t.over(t.scene.ada.types('/easel', command, { channelId: t.scene.channel.id }))
      await t.calm()
      expect(pictures(lastOf(t.cards()))).toBe(1)
    },
  )
})

describe('a place that is closed when the picture is ready', () => {
  it.each([
    ['archived', () => (t.scene.channel.archived = true)],
    ['deleted', () => t.slack.world.channels.delete(t.scene.channel.id)],
    ['one that the bot was taken out of', () => t.scene.channel.members.delete(t.scene.team.botUserId)],
  ])('sends it to its author: %s', async (_how, close) => {
    const run = await begun('two cats --n 2')
    close()
    run.finish()
    await t.calm()
    const { ada } = t.scene
    const result = lastOf(t.cards(ada.direct.id))
    expect(t.text(result)).toContain('I cannot write where you asked')
    expect(pictures(result)).toBe(2)
    expectCalm()
    t.test.workers.mode = 'at-once'
    await ada.presses(result, 'Upscale 2')
    await t.calm()
    expect(pictures(lastOf(t.cards(ada.direct.id)))).toBe(1)
    await t.over(ada.presses(result, 'Delete'))
    await t.calm()
    expect(t.cards(ada.direct.id)).not.toContain(result)
    expectCalm()
  })

  it('says that a file is gone, not the message, where only a file is', async () => {
    const run = await begun()
    t.slack.faults.failNext('files.completeUploadExternal', 'file_not_found')
    run.finish()
    await t.calm()
    expect(t.text(lastOf(t.cards(t.scene.ada.direct.id)))).toContain(en.slack.replies.fileGone)
  })

  it('sends it to its author if somebody deleted the message, and does not post there again', async () => {
    const run = await begun()
    lastOf(thread()).deleted = true
    run.finish()
    await t.calm()
    const result = lastOf(t.cards(t.scene.ada.direct.id))
    expect(pictures(result)).toBe(1)
    expect(t.text(result)).toContain(en.slack.replies.deletedElsewhere)
    expect(thread()).toEqual([])
    // Nor does the card bring back what somebody took away.
    expect(JSON.stringify(lastOf(t.cards()).blocks)).not.toContain('slack_file')
    expectCalm()
  })

  it('ends where the workspace took the bot’s token back', async () => {
    const run = await begun()
    t.scene.team.installed = false
    run.finish()
    await t.calm()
    expectCalm()
  })
})

describe('a place that is closed from the start', () => {
  it.each([
    [
      'a channel without the bot',
      () => t.scene.channel.members.delete(t.scene.team.botUserId),
      '/invite @easel',
    ],
    [
      'a private channel without the bot',
      () => {
        t.scene.channel.kind = 'private'
        t.scene.channel.members.delete(t.scene.team.botUserId)
      },
      '/invite @easel',
    ],
    ['an archived channel', () => (t.scene.channel.archived = true), 'archived'],
    [
      'a workspace that revoked the token',
      () => (t.scene.team.installed = false),
      'Once an admin installs me again',
    ],
  ])('tells the requester what can be done, and paints nothing: %s', async (_where, close, sentence) => {
    t.test.workers.mode = 'by-hand'
    close()
    await imagine()
    await t.test.until(() => t.told(t.scene.ada).length > 0)
    expect(t.told(t.scene.ada)).toEqual([expect.stringContaining(sentence)])
    expect(t.told(t.scene.ada)).toEqual([expect.stringContaining('/imagine a ')])
    for (const run of t.test.workers.underway) run.step()
    await t.calm()
    expect(t.test.workers.runs.filter(run => !run.cancelAsked)).toEqual([])
    expect(t.cards()).toEqual([])
    const [job] = t.jobs(1)
    expect(job && t.test.easel.usage(job.author)).toMatchObject({ jobs: 1, pictures: 0 })
    expectCalm()
  })

  it('says the same to /easel show', async () => {
    await imagine()
    await t.calm()
    const { ada, team } = t.scene
    const id = t.jobs(1)[0]?.id
    const elsewhere = t.slack.addChannel(team, 'elsewhere', { withoutBot: true })
    await t.over(ada.types('/easel', `show ${id}`, { channelId: elsewhere.id }))
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('/invite @easel')
  })
})

describe('a process that ends with something still to be said', () => {
  it.each(['stop', 'crash'] as const)('leaves it to the next one, which says it: %s', async how => {
    t.slack.limits.block('chat.update', t.scene.team.id, 60)
    await imagine()
    await t.passing(() => t.slack.limits.refusals > 0)
    await t.test.built.delivered()
    await t.restart(how)
    await t.calm()
    expect(thread().map(pictures)).toEqual([1])
    expect(t.test.built.db.outbox.pending()).toEqual([])
  })

  it('keeps it while Slack refuses the token, and delivers it with a valid one', async () => {
    t.slack.limits.block('chat.update', t.scene.team.id, 60)
    await imagine()
    await t.passing(() => t.slack.limits.refusals > 0)
    await t.test.built.delivered()
    t.slack.faults.failNext('auth.test', 'invalid_auth')
    await expect(t.restart()).rejects.toThrow('invalid_auth')
    t.clock.advance(300_000)
    await t.test.built.delivered()
    expect(t.test.built.db.outbox.pending()).toHaveLength(1)
    await t.restart()
    await t.calm()
    expect(thread().map(pictures)).toEqual([1])
  })
})

describe('an answer that Slack takes no more the usual way', () => {
  it('is said by another where the response URL is used up', async () => {
    await imagine()
    await t.calm()
    t.slack.faults.failNext('respond', 'used_url')
    await t.scene.bob.presses(lastOf(thread()), 'Info')
    await t.calm()
    expect(t.told(t.scene.bob)).toEqual([expect.stringContaining('About this picture')])
    expect(t.slack.api.calls.filter(call => call.method === 'chat.postEphemeral')).toHaveLength(1)
  })

  it('is a sentence where a form came too late for its trigger, and the next try opens it', async () => {
    const { ada, channel } = t.scene
    const place = { channelId: channel.id }
    const trigger = t.slack.interactions.trigger(ada.member)
    t.clock.advance(3000)
    await ada.types('/imagine', '', place, trigger)
    expect(t.told(ada)).toEqual(['The form could not be opened in time. Please try again.'])
    const again = t.slack.interactions.trigger(ada.member)
    await ada.types('/imagine', '', place, again)
    await ada.types('/imagine', '', place, again)
    expect(ada.seesModal).toBe(true)
    expect(t.told(ada)).toHaveLength(1)
    expect(t.test.log.faults).toEqual([])
  })
})
