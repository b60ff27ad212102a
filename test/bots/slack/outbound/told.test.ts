/** Whoever waits is told on Slack: by their mention in the thread, once, whatever happens to the call. */
import { afterEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Failure } from '../../../fakes/slack/api/faults.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
afterEach(() => t.dispose())

const start = async () => {
  t = await SlackTest.start({ easel: { config: { notify: true } } })
}
const notices = () =>
  t
    .cards()
    .flatMap(card => t.thread(card))
    .filter(post => t.text(post).includes(en.job.ready(1)))

describe('whoever waits on Slack', () => {
  it('is mentioned in the thread, and a prompt mentions nobody else', async () => {
    await start()
    const { ada, bob, channel } = t.scene
    await ada.types('/imagine', `<!channel> <@${bob.id}>`, { channelId: channel.id })
    await t.calm()
    expect(notices()).toHaveLength(1)
    expect(new Set(t.slack.provoked().pings)).toEqual(new Set([`@${ada.id}`]))
  })

  it('is notified by the new message itself in direct messages', async () => {
    await start()
    const { ada } = t.scene
    await ada.types('/imagine', 'a private circle', { channelId: ada.direct.id })
    await t.calm()
    expect(t.cards(ada.direct.id).filter(post => t.text(post).includes(en.job.ready(1)))).toHaveLength(1)
    expect(t.slack.provoked().pings).toEqual([])
  })

  it.each<Failure>([{ kind: 'cut', when: 'before' }, { kind: 'cut', when: 'after' }, 'internal_error', 503])(
    'is never told twice where the call ends in %o',
    async failure => {
      await start()
      const { ada, channel } = t.scene
      let posts = 0
      // Card, placeholder, notice.
      t.slack.faults.choose = method => {
        if (method !== 'chat.postMessage') return undefined
        posts += 1
        return posts === 3 ? failure : undefined
      }
      await ada.types('/imagine', 'a red circle', { channelId: channel.id })
      await t.calm()
      expect(posts).toBeGreaterThanOrEqual(3)
      expect(notices().length).toBeLessThanOrEqual(1)
      const [card] = t.cards()
      expect(card && t.text(card)).toContain(en.job.done(1))
    },
  )
})
