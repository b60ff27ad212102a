/** A command that looks at the machines has no work, so it waits for no message and its process ends with it. */
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { common, exchanged, startGateway } from '../../helpers/remote/remote-pair.ts'

test('it has one connection, and none that waits for messages: its timer would outlive the command by seconds', async () => {
  const redis = await startRedis()
  const { redis: operator } = common({ url: redis.url })
  onTestFinished(() => operator.disconnect())
  let onBeat: () => void = () => {}
  const beat = new Promise<void>(resolve => {
    onBeat = resolve
  })
  const command = startGateway({ url: redis.url, operator: { drained: [] }, onMachines: () => onBeat() })
  onTestFinished(() => command.end())
  await beat
  await exchanged(operator)
  const clients = String(await operator.call('CLIENT', 'LIST'))
    .trim()
    .split('\n')
  expect(clients.filter(client => !client.includes('cmd=client'))).toHaveLength(1)
})
