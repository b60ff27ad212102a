/** Bad input in Slack's forms. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPicture } from '../../../src/app/checks/check-picture.ts'
import { writeMetadata } from '../../../src/bots/slack/forms/metadata.ts'
import { en } from '../../../src/words/en.ts'
import { SlackTest } from './start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start({ easel: { parts: { checkPicture } } })
})
afterEach(() => t.dispose())

describe('forms', () => {
  it('paint with the prompt alone, and say beside it that it is missing', async () => {
    const { ada } = t.scene
    await ada.types('/imagine', '', t.here)
    const empty = await ada.submits(ada.modal, { Prompt: '  \n ' })
    expect(empty).toEqual({ kind: 'errors', errors: { prompt: en.problems['prompt-empty']({}) } })
    const blanks = { Seed: ' ', 'What should not be in it': '  ', 'Change amount (strength), 0 to 1': '' }
    expect(await ada.submits(ada.modal, { Prompt: 'a cat', ...blanks })).toEqual({ kind: 'closed' })
    await t.calm()
    const [job] = t.jobs()
    expect(job?.order).toMatchObject({ prompt: { positive: 'a cat' } })
  })

  it('whose conversation refuses Easel give back what was typed', async () => {
    const { ada, bob } = t.scene
    const { id: channelId } = t.slack.addConversation([ada, bob])
    t.test.workers.mode = 'by-hand'
    await ada.types('/imagine', '', { channelId })
    await ada.submits(ada.modal, { Prompt: 'a typed prompt', Seed: '7' })
    const said = () => t.cards(ada.direct.id).map(post => t.text(post))
    await t.passing(() => said().length > 0)
    expect(said()).toEqual([expect.stringContaining('I cannot write in this conversation')])
    expect(said()[0]).toContain('/imagine a typed prompt --seed 7')
  })

  it('of Remix are refused with an empty prompt', async () => {
    const { ada } = t.scene
    await t.imagine('a red circle')
    const [card] = t.cards()
    const [result] = card ? t.thread(card) : []
    if (result === undefined) throw new Error('no result')
    await ada.presses(result, 'Remix')
    const empty = await ada.submits(ada.modal, { Prompt: ' ' })
    expect(empty).toEqual({ kind: 'errors', errors: { prompt: en.problems['prompt-empty']({}) } })
    expect(t.jobs()).toHaveLength(1)
  })

  it('of defaults may be empty, which deletes the defaults', async () => {
    const { ada } = t.scene
    const open = async () => {
      await ada.types('/easel', 'settings', t.here)
      return ada.modal
    }
    await ada.submits(await open(), { Size: '64x64', 'What should never be in a picture': 'dogs' })
    const wrong = await ada.submits(await open(), { Size: 'large' })
    expect(wrong).toMatchObject({ kind: 'errors', errors: { size: expect.any(String) } })
    await ada.submits(ada.modal, { Size: '', 'What should never be in a picture': ' ' })
    await t.adapter.idle()
    const person = { platform: 'slack', spaceId: t.scene.team.id, userId: ada.id, name: 'Ada' } as const
    expect(t.test.easel.settings(person)).toEqual({})
  })

  it('that Easel did not open are refused', async () => {
    const { ada, bob, channel } = t.scene
    await t.imagine('a red circle')
    const pictureId = t.jobs()[0]?.pictures[0]?.id ?? ''
    await ada.types('/imagine', '', t.here)
    const { modal } = ada
    const ours = modal.content.private_metadata ?? ''
    const [mac = '', json = ''] = [ours.slice(0, ours.indexOf('.')), ours.slice(ours.indexOf('.') + 1)]
    const elsewhere = { channel: bob.direct.id, remixOf: pictureId }
    const forged = [
      '',
      '.',
      '{}',
      json,
      `.${json}`,
      `${mac}.`,
      mac,
      `${mac}.${JSON.stringify(elsewhere)}`,
      `${mac.slice(1)}.${json}`,
      `${mac}${mac}.${json}`,
      `${mac}. ${json}`,
      `${mac}.${json}\0`,
      writeMetadata('another secret', elsewhere),
      writeMetadata('', elsewhere),
    ]
    for (const metadata of forged) {
      modal.content.private_metadata = metadata
      const answer = await ada.submits(modal, { Prompt: 'forged' })
      expect(answer, metadata).toEqual({ kind: 'errors', errors: { prompt: en.chat.replies.unknownForm } })
    }
    expect(t.jobs()).toHaveLength(1)
    expect(t.cards(bob.direct.id)).toEqual([])
    modal.content.private_metadata = ours
    expect(await ada.submits(modal, { Prompt: 'genuine' })).toEqual({ kind: 'closed' })
    await t.calm()
    expect(t.jobs().map(job => job.promptAsTyped)).toEqual(['a red circle', 'genuine'])
    expect(channel.id).toBe(t.jobs()[1]?.conversation.channelId)
  })

  it('outlive a restart, as the people who fill them in do', async () => {
    const { ada } = t.scene
    await ada.types('/imagine', '', t.here)
    await t.restart()
    expect(await ada.submits(ada.modal, { Prompt: 'a patient cat' })).toEqual({ kind: 'closed' })
    await t.calm()
    expect(t.jobs()).toHaveLength(1)
  })

  it('do not open where nothing could come of them: how to invite the bot is said instead', async () => {
    const { ada, team } = t.scene
    for (const isPrivate of [false, true]) {
      const elsewhere = t.slack.addChannel(team, 'elsewhere', { withoutBot: true, private: isPrivate })
      await ada.types('/imagine', '', { channelId: elsewhere.id })
      expect(t.lastTold()).toBe(en.slack.replies.invite)
      expect(ada.seesModal).toBe(false)
      elsewhere.members.add(team.botUserId)
      await ada.types('/imagine', '', { channelId: elsewhere.id })
      await ada.submits(ada.modal, { Prompt: 'a cat' })
      await t.calm()
      expect(t.cards(elsewhere.id)).toHaveLength(1)
    }
  })

  it('stay open with everything in them where the bot was taken out meanwhile, and paint once it is back', async () => {
    const { ada, team, channel } = t.scene
    await ada.types('/imagine', '', t.here)
    const form = ada.modal
    channel.members.delete(team.botUserId)
    const answer = await ada.submits(form, { Prompt: 'a cat', Seed: '7' })
    expect(answer).toMatchObject({ kind: 'errors', errors: { prompt: en.slack.replies.invite } })
    expect(t.jobs()).toEqual([])
    channel.members.add(team.botUserId)
    expect(await ada.submits(form, { Prompt: 'a cat', Seed: '7' })).toEqual({ kind: 'closed' })
    await t.calm()
    expect(t.jobs()).toMatchObject([{ order: { seed: 7 } }])
  })

  it('stay open with everything in them after a fault', async () => {
    const { ada } = t.scene
    await ada.types('/imagine', '', t.here)
    t.test.built.db.close()
    const answer = await ada.submits(ada.modal, { Prompt: 'a cat' })
    expect(answer).toMatchObject({ kind: 'errors', errors: { prompt: expect.stringMatching(/\.$/) } })
  })

  it('that Slack closed while a file came in return what was typed, with all that is wrong', async () => {
    const { ada } = t.scene
    await ada.types('/imagine', '', t.here)
    const file = { name: 'notes.png', bytes: new Uint8Array([1]) }
    const filled = { Prompt: 'a cat --bogus', Seed: '7', 'Start from a picture': file }
    t.slack.faults.failNext('files.info', { kind: 'slow', ms: 2500 })
    let answer: unknown
    await t.over(ada.submits(ada.modal, filled).then(given => (answer = given)))
    expect(answer).toEqual({ kind: 'closed' })
    await t.calm()
    for (const said of ['no flag --bogus', 'not a picture', '/imagine a cat --bogus --seed 7'])
      expect(t.lastTold()).toContain(said)
    expect(t.jobs()).toEqual([])
  })

  it('of the shortcuts say how to invite the bot where it cannot see the picture', async () => {
    const { ada, team } = t.scene
    const elsewhere = t.slack.addChannel(team, 'elsewhere', { withoutBot: true })
    const picture = { name: 'cat.png', bytes: new Uint8Array([1]) }
    const post = ada.writes('look', { channelId: elsewhere.id }, [picture])
    for (const shortcut of ['use_as_source', 'image_info']) {
      await ada.usesShortcut(shortcut, post)
      await t.adapter.idle()
      expect(t.lastTold(), shortcut).toBe(en.slack.replies.invite)
    }
    expect(ada.seesModal).toBe(false)
  })
})
