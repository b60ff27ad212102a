import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/app/people/people.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { Chat, type ChatReply } from '../../../src/bots/chat/chat.ts'
import { readPaintForm } from '../../../src/bots/chat/paint-form.ts'
import type { Question } from '../../../src/bots/messages/buttons.ts'
import { en } from '../../../src/words/en.ts'
import { FakeCourier } from '../../fakes/fake-courier.ts'
import { DrivenEasel } from '../../helpers/driven-easel.ts'
import { jobView } from '../../helpers/job-views.ts'

describe('the chat core', () => {
  let easel: DrivenEasel
  let chat: Chat

  beforeEach(async () => {
    easel = await DrivenEasel.build()
    easel.attach(new FakeCourier())
    chat = newChat()
  })
  afterEach(() => easel.dispose())

  function newChat(): Chat {
    const { clock, ids } = easel.test
    return new Chat({ easel: easel.easel, clock, ids, maxCount: 4, prefix: '/', platform: 'discord' })
  }

  function requester(userId: string, eventId: string, details = {}) {
    const { author, conversation } = jobView()
    const caller: Caller = {
      person: { ...author, userId, name: userId },
      rights: { member: true, moderator: false, admin: false },
      conversation: { ...conversation, details },
      eventId,
    }
    return { caller, words: en }
  }

  /** Asks for two jobs, and answers with the question that comes of it. */
  async function asked(
    by: ReturnType<typeof requester>,
    request: ImagineRequest = { prompt: 'a {red,green} cat' },
  ): Promise<Question> {
    const reply = await chat.imagine(by, request)
    const [button] = reply.kind === 'message' ? reply.message.buttons.flat() : []
    if (button?.action !== 'confirm') throw new Error(`nothing was asked: ${JSON.stringify(reply)}`)
    return { action: 'confirm', id: button.targetId }
  }

  /** The id of a picture that Ada asked for before. */
  async function paintedPicture(request: ImagineRequest = { prompt: 'a cat' }): Promise<string> {
    await chat.imagine(requester('ada', 'e0'), request)
    await easel.paint(easel.jobs[0]?.id ?? '')
    return easel.jobs[0]?.pictures[0]?.id ?? ''
  }

  const sentenceOf = (reply: ChatReply) => (reply.kind === 'message' ? reply.message.title : undefined)

  it('shows what a prompt expands to, and makes the jobs once their author says yes', async () => {
    const question = await asked(requester('ada', 'e1', { token: 'old' }))
    expect(easel.jobs).toEqual([])
    const yes = requester('ada', 'e2', { token: 'new' })
    expect(chat.isQuestionFor(yes, question)).toBe(true)
    expect(await chat.answer(yes, question)).toMatchObject({ kind: 'accepted' })
    expect(easel.jobs.map(job => job.promptAsTyped)).toEqual(['a red cat', 'a green cat'])
    expect(easel.lastCaller).toMatchObject({ eventId: 'e1', conversation: { details: { token: 'new' } } })
  })

  it('keeps all of a request that waits, pictures and settings too, for another chat over the same data', async () => {
    const bytes = new Uint8Array([0, 255, 10, 13])
    const parentPictureId = await paintedPicture()
    const request: ImagineRequest = {
      prompt: 'a {red,green} "cat" --no dogs',
      negative: '',
      seed: 7,
      guidance: 4.25,
      refine: false,
      size: { widthPx: 128, heightPx: 192 },
      source: { kind: 'stored', pictureId: parentPictureId },
      mask: { kind: 'bytes', bytes },
      strength: 0.5,
      parentPictureId,
    }
    const question = await asked(requester('ada', 'e1', { token: 'secret' }), request)
    expect(
      JSON.stringify(
        easel.easel.pending(
          question.action === 'confirm' ? question.id : '',
          requester('ada', 'e2').caller.person,
        ),
      ),
    ).not.toContain('secret')
    chat = newChat()
    await chat.answer(requester('ada', 'e2'), question)
    expect(easel.lastRequest).toEqual(request)
  })

  it('makes the same jobs of a second yes', async () => {
    const question = await asked(requester('ada', 'e1'))
    await chat.answer(requester('ada', 'e2'), question)
    expect(await chat.answer(requester('ada', 'e3'), question)).toEqual({ kind: 'none' })
    expect(easel.jobs).toHaveLength(2)
  })

  it('accepts a confirmation from the author only, and says if no request is pending', async () => {
    const question = await asked(requester('ada', 'e1'))
    const bob = requester('bob', 'e2')
    expect(chat.isQuestionFor(bob, question)).toBe(false)
    expect(await chat.answer(bob, question)).toEqual({
      kind: 'refused',
      problems: [{ code: 'not-yours', details: {} }],
    })
    const late = await chat.answer(requester('ada', 'e3'), { action: 'confirm', id: 'unknown' })
    expect(sentenceOf(late)).toBe(en.chat.confirm.tooLate)
    expect(easel.jobs).toEqual([])
  })

  it('deletes everything of the person who says yes', async () => {
    await chat.imagine(requester('ada', 'e1'), { prompt: 'a cat' })
    await chat.imagine(requester('bob', 'e2'), { prompt: 'a dog' })
    const reply = await chat.answer(requester('ada', 'e3'), { action: 'forget', id: 'q' })
    expect(sentenceOf(reply)).toBe(en.forget.done(1))
    expect(easel.jobs.map(job => job.promptAsTyped)).toEqual(['a dog'])
  })

  it('opens Remix with the picture’s words, and for no other picture', async () => {
    const pictureId = await paintedPicture({ prompt: 'a cat', negative: 'dogs' })
    expect(chat.remixStart(requester('bob', 'e2'), pictureId)).toEqual({
      kind: 'form',
      start: { pictureId, prompt: 'a cat', negative: 'dogs' },
    })
    expect(chat.remixStart(requester('bob', 'e2'), 'nothing')).toMatchObject({ kind: 'refused' })
  })

  it('opens Remix so that an unchanged form has the words of the picture, both prompts of it and such as look like flags', async () => {
    const words = { prompt: '--old style', prompt2: 'a "big" dog', negative: '--new' }
    const opened = chat.remixStart(requester('ada', 'e2'), await paintedPicture(words))
    const { start } = opened.kind === 'form' ? opened : expect.fail('no form')
    const fields = new Map([
      ['prompt', start.prompt],
      ['no', start.negative],
    ])
    expect(readPaintForm('remix', { text: id => fields.get(id) }).request).toEqual(words)
  })

  it('keeps defaults that can be had here, and no others', async () => {
    const ada = requester('ada', 'e1')
    const saved = await chat.saveSettings(ada, { model: 'demo', count: 2 })
    expect(sentenceOf(saved)).toBe(en.chat.settings.saved)
    expect(await chat.saveSettings(ada, { model: 'nothing' })).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'model-unknown' }],
    })
    expect(easel.easel.settings(ada.caller.person)).toEqual({ model: 'demo', count: 2 })
  })
})
