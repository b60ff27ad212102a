/** A running web chat over a fake Easel, with two people, for its tests. */
import { WebAdapter } from '../../../src/bots/web/index.ts'
import type { World } from '../../conformance/adapter.suite.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { FakeEasel } from '../../fakes/fake-easel.ts'
import { CountingIds, RememberingLog } from '../../fakes/fake-parts.ts'
import { adapterParts } from '../../helpers/adapter-parts.ts'
import { tinyPng } from '../../helpers/tiny-png.ts'
import { HttpPerson } from './http-person.ts'

export interface WebChat {
  world: World & { easel: FakeEasel }
  adapter: WebAdapter
  url: string
  ada: HttpPerson
  bob: HttpPerson
  close(): Promise<void>
}

export async function openWebChat(config: Parameters<typeof adapterParts>[1] = {}): Promise<WebChat> {
  const clock = new FakeClock()
  const ids = new CountingIds()
  const easel = new FakeEasel({ clock, ids, paint: async () => tinyPng(128, 128, [200, 40, 40]) })
  const world = { easel, clock, ids, log: new RememberingLog() }
  const adapter = new WebAdapter(adapterParts(world, config))
  await adapter.start()
  easel.attach(adapter.courier)
  const url = adapter.url ?? ''
  return {
    world,
    adapter,
    url,
    ada: new HttpPerson(() => url),
    bob: new HttpPerson(() => url),
    close: () => adapter.stop(),
  }
}
