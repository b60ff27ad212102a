/** A running web chat over a whole Easel, with two people, for its tests. */
import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import type { Config } from '../../../src/config/config.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import type { FakeClock } from '../../fakes/fake-clock.ts'
import { fakeStorage } from '../../fakes/fake-models.ts'
import type { RememberingLog } from '../../fakes/fake-parts.ts'
import { adapterParts } from '../../helpers/adapter-parts.ts'
import { DrivenEasel } from '../../helpers/driven-easel.ts'
import { HttpPerson } from './http-person.ts'

export interface WebChat {
  easel: DrivenEasel
  clock: FakeClock
  log: RememberingLog
  adapter: WebAdapter
  url: string
  ada: HttpPerson
  bob: HttpPerson
  close(): Promise<void>
}

const depth: FileRecord = {
  kind: 'controlnet',
  name: 'depth',
  family: 'SDXL',
  hash: 'd1',
  storage: fakeStorage,
}

export async function openWebChat(config: Partial<Config> = {}): Promise<WebChat> {
  const easel = await DrivenEasel.build({ config, files: [depth] })
  const { clock, ids, log } = easel.test
  const adapter = new WebAdapter(adapterParts({ easel: easel.easel, clock, ids, log }, config))
  await adapter.start()
  easel.attach(adapter.courier)
  const url = adapter.url ?? ''
  return {
    easel,
    clock,
    log,
    adapter,
    url,
    ada: new HttpPerson(() => url),
    bob: new HttpPerson(() => url),
    async close() {
      await adapter.stop()
      await easel.dispose()
    },
  }
}
