/** Triggers, response URLs and views of the fake Slack: how long they live and how often they serve. */
import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeClock } from '../fake-clock.ts'
import { errorOf, startWorkspace } from './api/call-fake.ts'
import type { FakeSlack } from './fake-slack.ts'
import type { Person } from './person.ts'
import type { Channel } from './world.ts'

let clock: FakeClock
let slack: FakeSlack
let ada: Person
let channel: Channel
let client: WebClient

beforeEach(async () => {
  ;({ clock, slack, ada, channel, client } = await startWorkspace())
})
afterEach(() => slack.stop())

describe('triggers and response URLs of the fake Slack', () => {
  const modal = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Hi' }, blocks: [] }

  it('opens one modal per trigger, within 3 s', async () => {
    const trigger = slack.interactions.trigger(ada.member)
    await client.views.open({ trigger_id: trigger, view: modal })
    expect(ada.modal.content).toMatchObject({ title: { text: 'Hi' } })
    expect(await errorOf(client.views.open({ trigger_id: trigger, view: modal }))).toBe(
      'exchanged_trigger_id',
    )
    const late = slack.interactions.trigger(ada.member)
    clock.advance(3000)
    expect(await errorOf(client.views.open({ trigger_id: late, view: modal }))).toBe('expired_trigger_id')
    expect(await errorOf(client.views.open({ trigger_id: 'forged', view: modal }))).toBe('invalid_trigger_id')
  })

  it('tells which option of a select was chosen', async () => {
    const option = (name: string) => ({ text: { type: 'plain_text' as const, text: name }, value: name })
    const select = {
      type: 'static_select' as const,
      action_id: 'pick',
      options: [option('one'), option('two')],
    }
    await client.chat.postMessage({
      channel: channel.id,
      text: 'x',
      blocks: [{ type: 'actions', block_id: 'row', elements: [select] }],
    })
    const [post] = slack.posts(channel.id)
    if (post === undefined) throw new Error('no post')
    const sent: Record<string, unknown>[] = []
    slack.deliver = async ({ payload }) => {
      sent.push(payload)
      return { kind: 'acked', body: undefined, afterMs: 0 }
    }
    await ada.chooses(post, 'two')
    const action = {
      type: 'static_select',
      action_id: 'pick',
      block_id: 'row',
      selected_option: option('two'),
    }
    expect(sent).toMatchObject([{ type: 'block_actions', actions: [action] }])
    await expect(ada.chooses(post, 'three')).rejects.toThrow('no option')
  })

  it('takes five answers to a response URL, in 30 minutes', async () => {
    const url = slack.responseUrl({ memberId: ada.id, channelId: channel.id })
    const answer = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'hi' }) })
    for (let i = 0; i < 5; i++) expect((await answer()).status).toBe(200)
    expect(await (await answer()).text()).toBe('used_url')
    const old = slack.responseUrl({ memberId: ada.id, channelId: channel.id })
    clock.advance(30 * 60_000)
    const late = await fetch(old, { method: 'POST', body: JSON.stringify({ text: 'hi' }) })
    expect(await late.text()).toBe('expired_url')
    expect(slack.ephemeralMessages(ada)).toHaveLength(5)
  })

  it('replaces a view only while its hash is current', async () => {
    const { view } = await client.views.open({
      trigger_id: slack.interactions.trigger(ada.member),
      view: modal,
    })
    const update = (hash: string | undefined) =>
      client.views.update({ view_id: view?.id ?? '', ...(hash === undefined ? {} : { hash }), view: modal })
    expect(await errorOf(update(view?.hash))).toBe('ok')
    expect(await errorOf(update(view?.hash))).toBe('hash_conflict')
  })
})
