import { expect, it } from 'vitest'
import { EphemeralMessages } from '../../../../src/bots/slack/outbound/ephemeral-messages.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

it('a requester is told once, as the event first said, though Slack brings it again', async () => {
  const messages = new EphemeralMessages(new FakeClock())
  const told: string[] = []
  for (const event of ['first', 'again'])
    messages.remember('job', async ({ text }) => void told.push(`${event}: ${text}`))
  for (let i = 0; i < 2; i++) await messages.send('job', { text: 'not here', blocks: [] }, 'unopened')
  expect(told).toEqual(['first: not here'])
})
