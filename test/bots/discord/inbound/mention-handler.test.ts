/** People who write to the bot: in a direct message, or by a mention. They are answered, and nothing is painted. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { zhCn } from '../../../../src/words/zh-cn/index.ts'
import type { Channel, Message } from '../../../fakes/discord/world.ts'
import { mentionOf } from '../../../fakes/discord/written-messages.ts'
import { letTimePass } from '../../../helpers/let-time-pass.ts'
import { Asking } from '../asking.ts'

let asking: Asking
let bot: string

beforeEach(async () => {
  asking = await Asking.start()
  bot = mentionOf(asking.discord.world.bot)
})
afterEach(async () => {
  const { refused } = asking.discord
  await asking.dispose()
  expect(refused).toEqual([])
})

const answersTo = ({ id, channel }: Message) =>
  asking.posts(channel).filter(({ author, replyTo }) => author.bot && replyTo === id)

/** What the bot answers there. */
async function answerTo(text: string, channel: Channel): Promise<string> {
  const { discord, ada } = asking
  const written = discord.writes(ada, channel, text)
  await discord.until('an answer', () => answersTo(written).length > 0)
  await asking.adapter.idle()
  const answers = answersTo(written)
  expect(answers).toHaveLength(1)
  return answers.map(answer => discord.seen(answer)).join()
}

function expectNoJob(): void {
  expect(asking.test.built.db.jobs.inState('queued')).toEqual([])
  expect(asking.test.isIdle).toBe(true)
  expect(asking.discord.world.pings).toEqual([])
}

test.each(['hello', '', 'a red circle', '👋'])(
  'a mention with “%s” is answered with examples',
  async text => {
    expect(await answerTo(`${bot} ${text}`, asking.channel)).toContain(en.discord.replies.mention)
    expectNoJob()
  },
)

test.each(['help', 'Help!', '/help'])('a mention with “%s” is answered with the help', async text => {
  expect(await answerTo(`${bot} ${text}`, asking.channel)).toContain(en.help.title)
  expectNoJob()
})

test('a direct message is answered, with a mention or without', async () => {
  const direct = asking.discord.world.directChannel(asking.ada.user)
  expect(await answerTo('hello', direct)).toContain(en.discord.replies.mention)
  expect(await answerTo('help', direct)).toContain(en.help.title)
  expect(await answerTo(`${bot} a cat`, direct)).toContain(en.discord.replies.mention)
  expectNoJob()
})

test('the answer is in the language of the server', async () => {
  const { discord, ada } = asking
  const guild = discord.guild('画家', { locale: 'zh-CN' })
  const channel = discord.channel('图片', guild)
  expect(await answerTo(`${bot} 你好`, channel)).toContain(zhCn.discord.replies.mention)
  expect(ada.user.bot).toBe(false)
})

test('messages to others, also those that name the bot in passing, and those of bots have no answer', async () => {
  const { discord, ada, channel } = asking
  const other = discord.person('Relay')
  other.user.bot = true
  const unanswered = [
    discord.writes(ada, channel, 'hello'),
    discord.writes(ada, channel, `look what ${bot} painted`),
    discord.writes(ada, channel, `${mentionOf(asking.bob.user)} hello`),
    discord.writes(other, channel, `${bot} hello`),
  ]
  // Answered after all of them were heard.
  await answerTo(`${bot} hello`, channel)
  for (const message of unanswered) expect(answersTo(message)).toEqual([])
})

/** Refuses the first answer, and resolves when the bot has done what it does about that. */
async function answersAfterRateLimit(retryAfterMs: number): Promise<Message[]> {
  const { discord, ada, channel, test, adapter } = asking
  discord.faults.order(/^POST .*messages/, { kind: 'too-many', scope: 'bucket', retryAfterMs })
  const written = discord.writes(ada, channel, `${bot} hello`)
  const isTried = () =>
    discord.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/messages'))
  await discord.until('a refused answer', isTried)
  // The client waits for the limit in the machine's own time, so the fake time passes more slowly than that.
  await letTimePass(adapter.idle(), test.clock, { graceMs: 0, stepMs: 1 })
  expect(test.log.faults).toEqual([])
  return answersTo(written)
}

test('a mention that a rate limit holds up is answered after it', async () => {
  expect(await answersAfterRateLimit(200)).toHaveLength(1)
})

test('a mention that a long rate limit holds up has no answer, and that is no error', async () => {
  expect(await answersAfterRateLimit(60_000)).toEqual([])
})
