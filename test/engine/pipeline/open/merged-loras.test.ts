/** Promises of LoRAs in an open model: only what a change of the set touches is opened anew, and taking them out gives the model back. */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileRecord } from '../../../../src/engine/models/file-record.ts'
import type { Networks } from '../../../../src/engine/networks/networks.ts'
import { MergedLoras } from '../../../../src/engine/pipeline/open/merged-loras.ts'
import type { LoraOrder } from '../../../../src/engine/work-order.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { openNetworksFolder } from '../../../../tools/oracle/networks/open-models.ts'
import { goldenFolder } from '../../../helpers/models/golden-folder.ts'

const oracle = goldenFolder('oracle')
const folder = join(packageRoot, 'test', 'golden', 'oracle-2', 'lora')

let networks: Networks
beforeAll(async () => {
  networks = await openNetworksFolder(await oracle.model('base'))
})
afterAll(async () => {
  await networks.close()
  await oracle.close()
})

const files = ['locon', 'unet-only', 'te-only', 'refuse-sd15', 'refuse-wrong-shape'].map(
  (name): FileRecord => {
    const path = join(folder, `${name}.safetensors`)
    return {
      kind: 'lora',
      name,
      family: 'SDXL',
      hash: name,
      storage: { layout: 'file', path, bytes: 0, dtypes: [] },
    }
  },
)

const order = (name: string, unetWeight = 1, textWeight = unetWeight): LoraOrder => {
  return { name, hash: name, unetWeight, textWeight }
}

/** Merges into networks that write down when their weights are exchanged. */
function watched(): { loras: MergedLoras; exchanged: string[] } {
  const exchanged: string[] = []
  const watch = <T extends Networks['unet'] | Networks['textEncoder2']>(name: string, network: T): T =>
    new Proxy(network, {
      get(target, key) {
        if (key === 'replaceWeights') exchanged.push(name)
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const { textEncoder, textEncoder2, unet } = networks
  const parts = {
    unet: watch('unet', unet),
    textEncoder2: watch('textEncoder2', textEncoder2),
    ...(textEncoder && { textEncoder: watch('textEncoder', textEncoder) }),
  }
  return { loras: new MergedLoras(parts, files), exchanged }
}

async function pooledText(): Promise<Float32Array | undefined> {
  const ids = Int32Array.from({ length: 77 }, (_, i) => i)
  return (await networks.textEncoder2.encode(ids, 2)).pooled
}

const quietly = () => undefined

describe('LoRAs in the weights of an open model', () => {
  test('the same set again costs nothing', async () => {
    const { loras, exchanged } = watched()
    const told: string[] = []
    await loras.merge([order('locon', 0.5)], name => told.push(name))
    const first = exchanged.splice(0).length
    await loras.merge([order('locon', 0.5)], name => told.push(name))
    expect(exchanged).toEqual([])
    expect(first).toBeGreaterThan(0)
    expect(new Set(told)).toEqual(new Set(['locon']))
    await loras.merge([], quietly)
    await loras.close()
  })

  test('networks that a set does not touch stay open', async () => {
    const { loras, exchanged } = watched()
    await loras.merge([order('unet-only')], quietly)
    expect(new Set(exchanged.splice(0))).toEqual(new Set(['unet']))
    await loras.merge([order('unet-only'), order('te-only')], quietly)
    expect(new Set(exchanged.splice(0))).toEqual(new Set(['textEncoder', 'textEncoder2']))
    await loras.merge([], quietly)
    await loras.close()
  })

  test('a weight of nothing is no LoRA, for the text encoders alone too', async () => {
    const { loras, exchanged } = watched()
    await loras.merge([order('locon', 0)], quietly)
    expect(exchanged).toEqual([])
    await loras.merge([order('locon', 1, 0)], quietly)
    expect(new Set(exchanged)).toEqual(new Set(['unet']))
    await loras.merge([], quietly)
    await loras.close()
  })

  test('a LoRA that is named twice counts twice', async () => {
    const { loras } = watched()
    await loras.merge([order('te-only', 1)], quietly)
    const whole = await pooledText()
    await loras.merge([order('te-only', 0.5)], quietly)
    await loras.merge([order('te-only', 0.5), order('te-only', 0.5)], quietly)
    const halves = (await pooledText()) ?? []
    for (const [i, value] of halves.entries()) expect(value).toBeCloseTo(whole?.[i] ?? Number.NaN, 4)
    await loras.merge([], quietly)
    await loras.close()
  })

  test('taken out, the weights are the model’s own again, and no file is left', async () => {
    const { loras } = watched()
    const own = await pooledText()
    await loras.merge([order('te-only')], quietly)
    const changed = await pooledText()
    await loras.merge([], quietly)
    expect(changed).not.toEqual(own)
    expect(await pooledText()).toEqual(own)
    await loras.close()
    expect(readdirSync(tmpdir()).filter(name => name.startsWith(`easel-weights-${process.pid}-`))).toEqual([])
  })

  test('a set that is refused half way is not taken for the next one', async () => {
    const { loras } = watched()
    const own = await pooledText()
    await expect(loras.merge([order('te-only'), order('refuse-wrong-shape')], quietly)).rejects.toThrow()
    await loras.merge([], quietly)
    expect(await pooledText()).toEqual(own)
    await loras.close()
  })

  test('given up while it is merged, it leaves nothing, and the next set is whole', async () => {
    const { loras } = watched()
    const own = await pooledText()
    const cancel = new AbortController()
    const merging = loras.merge([order('te-only')], () => cancel.abort(new Error('given up')), cancel.signal)
    await expect(merging).rejects.toThrow('given up')
    expect(await pooledText()).toEqual(own)
    await loras.merge([order('te-only')], quietly)
    expect(await pooledText()).not.toEqual(own)
    await loras.merge([], quietly)
    await loras.close()
  })

  test('a LoRA of which nothing belongs to the model is refused, and says what its modules are called', async () => {
    const { loras } = watched()
    await expect(loras.merge([order('refuse-sd15')], quietly)).rejects.toMatchObject({
      code: 'model-file',
      details: { problem: { what: expect.stringMatching(/lora-(?:unmatched|shape)/) } },
    })
    await loras.close()
  })

  test('a file that is no longer the one of the order is refused', async () => {
    const { loras } = watched()
    await expect(loras.merge([{ ...order('locon'), hash: 'another' }], quietly)).rejects.toMatchObject({
      code: 'model-changed',
    })
    await loras.close()
  })
})
