/** Whoever waits is told on Discord: their mention alone, once, whatever happens to the call. */
import { afterEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Mishap } from '../../../fakes/discord/transport/faults.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
afterEach(() => t.dispose())

const start = async () => {
  t = await DiscordTest.start({ easel: { config: { notify: true } } })
}
const notices = () => t.messages(t.thread()).filter(message => t.text(message).includes(en.job.ready(1)))

describe('whoever waits on Discord', () => {
  it('is mentioned under the result, and a prompt mentions nobody else', async () => {
    await start()
    const { ada, channel } = t.scene
    await t.answered(await ada.types(channel, '/imagine', { prompt: `@everyone <@${t.scene.bob.user.id}>` }))
    const [result] = t.messages(t.thread())
    const [notice, ...more] = notices()
    expect(more).toEqual([])
    expect(notice?.replyTo).toBe(result?.id)
    expect(t.discord.world.pings).toEqual([`${notice?.id}: <@${ada.user.id}>`])
  })

  it.each<Mishap>([
    { kind: 'cut', when: 'before' },
    { kind: 'cut', when: 'after' },
    { kind: 'status', status: 503 },
  ])('is told once where the call ends in %o', async mishap => {
    await start()
    const { ada, channel, discord } = t.scene
    let posts = 0
    // Card, placeholder, notice.
    discord.faults.choose = (method, path) => {
      if (method !== 'POST' || !/\/channels\/\d+\/messages$/.test(path)) return undefined
      posts += 1
      return posts === 3 ? mishap : undefined
    }
    await t.answered(await ada.types(channel, '/imagine', { prompt: 'a red circle' }))
    await t.calm()
    expect(notices()).toHaveLength(1)
    expect(discord.world.pings).toHaveLength(1)
  })

  it('is told that a moderator cancelled the request, and nothing where they did it', async () => {
    await start()
    const { ada, eve, channel } = t.scene
    t.workersByHand()
    const cancelled = async (by: typeof ada) => {
      await ada.types(channel, '/imagine', { prompt: 'a red circle' })
      await t.underway()
      const thread = t.thread()
      const { current } = t.test.workers
      by.presses(t.last(thread), en.buttons.cancel)
      await t.passing(() => current.cancelAsked)
      current.step()
      await t.calm()
      return t
        .messages(thread)
        .map(message => t.text(message))
        .join()
    }
    expect(await cancelled(ada)).not.toContain(en.job.cancelledByOther)
    expect(t.discord.world.pings).toEqual([])
    expect(await cancelled(eve)).toContain(en.job.cancelledByOther)
    expect(t.discord.world.pings).toEqual([expect.stringContaining(ada.user.id)])
  })

  it('is not told where they switched it off, and is asked nothing else', async () => {
    await start()
    const { ada, channel } = t.scene
    await t.answered(await ada.types(channel, '/notify', { state: 'off' }))
    expect(t.told(ada).at(-1)).toContain(en.notify.off('/').slice(0, 30))
    await t.answered(await ada.types(channel, '/imagine', { prompt: 'a red circle' }))
    expect(notices()).toEqual([])
    expect(t.discord.world.pings).toEqual([])
  })

  it('has the notice deleted together with the result', async () => {
    await start()
    const { ada, channel } = t.scene
    await t.answered(await ada.types(channel, '/imagine', { prompt: 'a red circle' }))
    const thread = t.thread()
    const job = t.test.easel.jobsHere(t.caller(ada, channel), 1)[0]
    await t.test.easel.act({ kind: 'delete', jobId: job?.id ?? '' }, t.caller(ada, channel))
    await t.calm()
    expect(t.messages(thread)).toEqual([])
  })
})
