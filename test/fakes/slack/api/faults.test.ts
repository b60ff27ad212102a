/** What may go wrong with any call to the fake Slack: codes, silence, answers that do not arrive, closed edits. */
import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../../fake-clock.ts'
import type { FakeSlack } from '../fake-slack.ts'
import type { Channel, Team } from '../world.ts'
import { errorOf, startWorkspace } from './call-fake.ts'
import { commonErrors, errorsOf } from './error-codes.ts'
import { methods } from './web-api.ts'

let clock: FakeClock
let slack: FakeSlack
let team: Team
let channel: Channel
let client: WebClient

beforeEach(async () => {
  ;({ clock, slack, team, channel, client } = await startWorkspace())
})
afterEach(() => slack.stop())

const post = (text = 'x') => client.chat.postMessage({ channel: channel.id, text })
const texts = () => slack.posts(channel.id).map(({ text }) => text)

describe('any call to the fake Slack', () => {
  it('may be refused with any code', async () => {
    const codes = [...(errorsOf['chat.postMessage'] ?? []), ...commonErrors]
    slack.faults.failNext('chat.postMessage', ...codes)
    for (const code of codes) expect(await errorOf(post())).toBe(code)
    expect(Object.keys(errorsOf).filter(name => methods[name] === undefined)).toEqual([])
    expect(texts()).toEqual([])
  })

  it('may end in a cut connection, before it took effect or after', async () => {
    slack.faults.failNext('chat.postMessage', { kind: 'cut', when: 'before' }, { kind: 'cut', when: 'after' })
    await expect(post('one')).rejects.toThrow()
    await expect(post('two')).rejects.toThrow()
    expect(texts()).toEqual(['two'])
  })

  it('may be met with silence, before it took effect or after', async () => {
    const silently = async (text: string, when: 'before' | 'after') => {
      slack.faults.failNext('chat.postMessage', { kind: 'silence', when })
      const before = slack.api.calls.length
      const timeout = new AbortController()
      const call = fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${team.botToken}` },
        body: new URLSearchParams({ channel: channel.id, text }),
        signal: timeout.signal,
      })
      await slack.until(() => slack.api.calls.length > before)
      timeout.abort()
      await expect(call).rejects.toThrow('aborted')
    }
    await silently('one', 'before')
    await silently('two', 'after')
    expect(texts()).toEqual(['two'])
  })

  it('may take effect at once and be answered late', async () => {
    slack.faults.failNext('chat.delete', { kind: 'slow', ms: 8000 })
    const { ts = '' } = await post()
    let isAnswered = false
    const deleted = client.chat.delete({ channel: channel.id, ts }).then(() => {
      isAnswered = true
    })
    await slack.until(
      () => texts().length === 0 || slack.api.calls.some(call => call.method === 'chat.delete'),
    )
    expect(isAnswered).toBe(false)
    clock.advance(8000)
    await deleted
  })

  it('may fail as long as a test wants it, all of them or one, or by chance', async () => {
    const end = slack.faults.failAlways(undefined, 503)
    expect(await errorOf(post())).not.toBe('ok')
    expect(await errorOf(client.auth.test())).not.toBe('ok')
    end()
    expect(await errorOf(post())).toBe('ok')
    slack.faults.choose = method => (method === 'auth.test' ? 'internal_error' : undefined)
    expect(await errorOf(client.auth.test())).toBe('internal_error')
    expect(await errorOf(post())).toBe('ok')
  })
})

describe('an edit on the fake Slack', () => {
  it('is refused once the workspace closed the window for it', async () => {
    team.editWindowMs = 60_000
    const { ts = '' } = await post()
    const edit = () => errorOf(client.chat.update({ channel: channel.id, ts, text: 'y' }))
    expect(await edit()).toBe('ok')
    clock.advance(60_001)
    expect(await edit()).toBe('edit_window_closed')
    expect(texts()).toEqual(['y'])
  })

  it('holds less text than a message, and blocks hold less than their number allows', async () => {
    const { ts = '' } = await post()
    const long = (length: number) => ({ channel: channel.id, ts, text: 'x'.repeat(length) })
    expect(await errorOf(client.chat.update(long(4001)))).toBe('msg_too_long')
    const section = {
      type: 'section' as const,
      text: { type: 'plain_text' as const, text: 'x'.repeat(3000) },
    }
    const blocks = [section, section, section, section]
    expect(await errorOf(client.chat.postMessage({ channel: channel.id, text: 'x', blocks }))).toBe(
      'msg_blocks_too_long',
    )
  })
})
