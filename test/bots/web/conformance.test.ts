import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import { describeAdapter } from '../../conformance/adapter.suite.ts'
import type { AdapterDriver, World } from '../../conformance/adapter-driver.ts'
import { adapterParts } from '../../helpers/adapter-parts.ts'
import { HttpPerson, harmIn } from './http-person.ts'

describeAdapter({
  name: 'the web chat',
  async start(world: World): Promise<AdapterDriver> {
    let adapter = new WebAdapter(adapterParts(world))
    await adapter.start()
    const url = () => adapter.url ?? ''
    const ada = new HttpPerson(url)
    const bob = new HttpPerson(url)
    return {
      get adapter() {
        return adapter
      },
      ada,
      bob,
      async restart() {
        await adapter.stop()
        adapter = new WebAdapter(adapterParts(world))
        await adapter.start()
      },
      stop: () => adapter.stop(),
      async harm() {
        const response = await bob.gets('/feed')
        const { fragments } = (await response.json()) as { fragments: { card?: string; reply: string }[] }
        return fragments.flatMap(({ card = '', reply }) => harmIn(card + reply))
      },
    }
  },
})
