import { expect, test } from 'vitest'
import { type Channel, ChannelHost } from '../../../src/engine/host/channel-host.ts'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { retainedBytes } from '../../helpers/measurements/retained-bytes.ts'

/** A worker that is ready at once and answers every ping. */
function answering(): Channel {
  let receive: (message: unknown) => void = () => {}
  return {
    post(message) {
      if (message.kind === 'start') receive({ kind: 'ready', protocol: protocolVersion, device: 'fake' })
      if (message.kind === 'ping') receive({ kind: 'pong' })
    },
    onMessage(callback) {
      receive = callback
    },
    ended: new Promise(() => {}),
  }
}

test('a host keeps nothing of the pings that its worker answered', async () => {
  const host = new ChannelHost({ device: 'fake', setup: {}, open: answering })
  await host.start()
  for (let i = 0; i < 1000; i++) await host.ping()
  const before = retainedBytes()
  for (let i = 0; i < 20_000; i++) await host.ping()
  expect(retainedBytes() - before).toBeLessThan(1_000_000)
  // The host is in use to the end, and so is what it holds.
  expect(host.state).toBe('ready')
})
