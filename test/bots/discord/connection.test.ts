/** What becomes of the connection when Discord ends it, does not know the token for a while or cannot be reached. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fatalCloses } from '../../fakes/discord/transport/outages.ts'
import { Asking } from './asking.ts'

let asking: Asking
beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(() => asking.dispose())

const retryMs = 10_000
const errors = () =>
  asking.test.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)

/** Lets time pass until Discord has another connection. */
async function connectedAgain(identifies: number): Promise<void> {
  const { discord } = asking
  await discord.until('another login', () => discord.gateway.identifies > identifies)
  await discord.until('a presence', () => discord.gateway.presences.length > identifies)
}

async function answered(): Promise<string | undefined> {
  const { ada, channel } = asking
  await asking.types(ada, channel, '/help')
  return asking.told(ada).at(-1)
}

describe('a gateway that closes for good while running', () => {
  it.each(fatalCloses)(
    'is an error in the log, and a new connection answers a while later: %i',
    async code => {
      const { discord, test } = asking
      const { identifies } = discord.gateway
      discord.outage({ kind: 'gateway-closed', code })()
      await discord.until('the end', () => !discord.gateway.connected)
      await test.until(() => errors().length > 0)
      expect(errors()).toEqual(['Discord ended the connection'])
      test.clock.advance(retryMs)
      await connectedAgain(identifies)
      expect(await answered()).toContain('/imagine')
    },
  )

  it('is asked again ever less often, and each refusal is an error in the log', async () => {
    const { discord, test } = asking
    const { identifies } = discord.gateway
    const end = discord.outage({ kind: 'gateway-closed', code: 4014 })
    await test.until(() => errors().length === 1)
    test.clock.advance(retryMs)
    await test.until(() => errors().length === 2)
    test.clock.advance(retryMs)
    await test.settled()
    expect(errors()).toEqual(['Discord ended the connection', 'Discord refused us; trying again'])
    end()
    test.clock.advance(retryMs)
    await connectedAgain(identifies)
    expect(await answered()).toContain('/imagine')
  })

  it('delivers what was painted meanwhile', async () => {
    const { discord, test, ada, channel } = asking
    test.workers.mode = 'by-hand'
    await ada.types(channel, '/imagine', { prompt: 'a red circle' })
    await test.until(() => test.workers.underway.length === 1)
    await discord.until('a placeholder', () => asking.posts().length === 2)
    discord.outage({ kind: 'gateway-closed', code: 4000 + 11 })()
    await test.until(() => errors().length > 0)
    test.workers.current.finish()
    await discord.until('the result', () => asking.posts().some(post => post.attachments.length > 0))
  })
})

describe('a Discord that does not know the token for a while', () => {
  it('is an error in the log, and answered again with the same token', async () => {
    const { discord, test, ada, channel } = asking
    const end = discord.outage({ kind: 'unauthorized' })
    await ada.types(channel, '/imagine', { prompt: 'a red circle' })
    await test.until(() => errors().includes('Discord does not accept the token'))
    end()
    test.clock.advance(120_000)
    await discord.until('the result', () => {
      test.clock.advance(1000)
      return asking.posts().some(post => post.attachments.length > 0)
    })
  })
})

describe('a stop while Discord cannot be reached', () => {
  it.each(['cut', 'silence'] as const)('ends in the time that a stop has: %s', async kind => {
    const { discord, test, ada, channel } = asking
    await ada.types(channel, '/imagine', { prompt: 'a red circle' })
    const end = discord.outage({ kind })
    let isOver = false
    const stopped = asking.adapter.stop().then(() => {
      isOver = true
    })
    await test.until(() => {
      if (!isOver) test.clock.advance(500)
      return isOver
    })
    await stopped
    expect(test.clock.monotonicMs()).toBeLessThan(20_000)
    end()
  })

  it('ends while it has never been reached', async () => {
    const { discord, test } = asking
    await asking.adapter.stop()
    const end = discord.outage({ kind: 'silence' })
    const started = asking.restart()
    await discord.until('a look', () => discord.requests.at(-1)?.detail === 'no answer')
    const stopped = asking.adapter.stop()
    test.clock.advance(5000)
    await Promise.all([stopped, started])
    end()
  })
})
