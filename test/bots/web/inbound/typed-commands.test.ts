/** A command that is typed in the field is answered and never painted, whatever punctuation people put around its name. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { textOf } from '../http-person.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat

beforeEach(async () => {
  chat = await openWebChat()
})
afterEach(() => chat.close())

const answerTo = async (text: string) => textOf(await (await chat.ada.postsForm('/say', { text })).text())

describe('a command in the field', () => {
  it.each(['/help', '/Help?', '/help!', '//help', '／help', '/help：'])('is answered as %s', async text => {
    expect(await answerTo(text)).toContain(en.help.title)
    expect(chat.easel.jobs).toEqual([])
  })

  it('of two words may end in punctuation, and an unknown one is named without it', async () => {
    expect(await answerTo('/forget me!')).toContain(en.forget.title)
    expect(await answerTo('/hlep?')).toContain(en.unknownCommand('/hlep', '/help', '/help'))
    expect(chat.easel.jobs).toEqual([])
  })

  it.each(['/imagine: a cat', '／imagine a cat', '/Imagine, a cat'])(
    'paints its prompt alone: %s',
    async text => {
      await answerTo(text)
      expect(chat.easel.jobs.map(job => job.promptAsTyped)).toEqual(['a cat'])
    },
  )

  it.each(['/r/pics of a cat', '/b/ cats'])(
    'is none where the slash is part of the words: %s',
    async text => {
      await answerTo(text)
      expect(chat.easel.jobs.map(job => job.promptAsTyped)).toEqual([text])
    },
  )
})
