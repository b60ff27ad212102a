/** What doctor says of a data folder, beside the server that owns it. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkDataFolder } from '../../../src/cli/doctor/machine-checks.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { keptSurroundings } from '../../helpers/cli/surroundings.ts'
import { silent } from '../../helpers/remote/remote-pair.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

async function checked() {
  const config = { ...loadConfig(packageRoot, packageRoot), dataDir: t.dataDir }
  const { surroundings } = keptSurroundings()
  const session = { surroundings, config, secrets: {}, words: en, log: silent, out() {}, err() {} }
  return checkDataFolder(session)
}

const findings = async () => (await checked()).map(({ state, detail }) => `${state}: ${detail}`)

test('a paused device is named as a device, not as something of the data folder', async () => {
  const { sqlite } = t.built.db.client
  sqlite.exec("INSERT INTO paused_devices VALUES ('cpu', 0)")
  const detail = 'paused: cpu; easel devices resume NAME lets a device paint again'
  expect(await checked()).toContainEqual({ check: 'device', state: 'off', detail })
})

test('results that reached nobody are named with their number, and where to read why', async () => {
  await t.paint('a red circle')
  await t.paint('a blue square')
  expect((await findings()).join('\n')).not.toContain('reached nobody')
  const { sqlite } = t.built.db.client
  sqlite.exec("UPDATE deliveries SET end = 'undeliverable' WHERE rowid = 1")
  expect(await findings()).toContain(
    'off: 1 result reached nobody: every way to show it was refused (the log says why)',
  )
  sqlite.exec("UPDATE deliveries SET end = 'undeliverable'")
  expect(await findings()).toContain(
    'off: 2 results reached nobody: every way to show them was refused (the log says why)',
  )
})
