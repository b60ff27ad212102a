import { expect, onTestFinished, test } from 'vitest'
import { checkKeys, checkStore } from '../../../src/cli/doctor/remote-checks.ts'
import { loadConfig, withSettings } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { FakeS3 } from '../../fakes/s3/fake-s3.ts'
import { keptSurroundings } from '../../helpers/cli/surroundings.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { silent, startMachine, testKey } from '../../helpers/remote/remote-pair.ts'

const { surroundings } = keptSurroundings()

test('doctor writes, reads and deletes in the store, and names what is refused', async () => {
  const s3 = await FakeS3.start()
  const { endpoint, bucket, region, keyId, secret } = s3.address
  const defaults = loadConfig(packageRoot, packageRoot)
  const config = withSettings(defaults, {
    redis: { url: 'redis://localhost' },
    remote: { store: { endpoint, bucket, region } },
  })
  const session = { surroundings, config, words: en, log: silent, out() {}, err() {} }
  const check = (storeSecret: string) =>
    checkStore({ ...session, secrets: { storeKeyId: keyId, storeSecret } })
  expect(await checkStore({ ...session, config: defaults, secrets: {} })).toEqual([])
  expect(await check(secret)).toEqual([
    { check: 'store', state: 'fine', detail: '127.0.0.1 can carry results from other machines' },
  ])
  expect(await check('another')).toEqual([
    {
      check: 'store',
      state: 'wrong',
      detail: 'The store on 127.0.0.1 cannot be used: it refuses writing (403 SignatureDoesNotMatch).',
    },
  ])
  await expect(check('')).rejects.toMatchObject({ details: { key: 'EASEL_STORE_SECRET' } })
})

test('doctor finds machines that have another key, and says nothing of those that have the right one', async () => {
  const { url } = await startRedis()
  const config = withSettings(loadConfig(packageRoot, packageRoot), { redis: { url } })
  const lend = (name: string, key: string) => {
    const machine = startMachine({ url, name, key, devices: [] })
    onTestFinished(() => machine.end())
  }
  lend('m1', testKey())
  const secrets = { workerKey: testKey() }
  const check = () => checkKeys({ surroundings, config, secrets, words: en, log: silent, out() {}, err() {} })
  expect(await check()).toEqual([])
  lend('m2', testKey(2))
  expect(await check()).toEqual([{ check: 'redis', state: 'wrong', detail: en.machines.otherKeys(1) }])
})
