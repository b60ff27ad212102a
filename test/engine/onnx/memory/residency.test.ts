/** Which sessions a device holds: what room is shared by, and what happens where there is none. */
import { describe, expect, test } from 'vitest'
import { newGraph } from '../../../../src/engine/onnx/kernels.ts'
import { Residency } from '../../../../src/engine/onnx/memory/residency.ts'
import { Session } from '../../../../src/engine/onnx/session.ts'

/** A residency over sessions that add one, whatever they are said to weigh; `log` has every opening. */
function sceneOf(budgetBytes?: number) {
  const residency = new Residency('cpu', budgetBytes)
  const log: string[] = []
  const session = (key: string, weightBytes: number) =>
    residency.session(key, { weightBytes, openingBytes: 1.15 * weightBytes }, () => {
      log.push(key)
      const g = newGraph(key)
      const x = g.input('x', 'F32', [1])
      g.output('y', g.add(x, g.floats([1])))
      return Session.open(key, g.build())
    })
  return { residency, log, session }
}

const x = { x: { data: Float32Array.of(1), shape: [1] } }

describe('A device that has room for all', () => {
  test('opens each network once, when it first runs', async () => {
    const { residency, log, session } = sceneOf()
    const [text, unet] = [session('text', 100), session('unet', 1000)]
    expect(residency.open).toEqual([])
    for (const one of [text, unet, text, unet]) expect([...(await one.run(x, 'y'))]).toEqual([2])
    expect(log).toEqual(['text', 'unet'])
    await text.close()
    await unet.close()
    expect(residency.open).toEqual([])
  })
})

describe('A device that has not', () => {
  test('alternates the experts, and keeps other networks open while they fit', async () => {
    const { residency, session } = sceneOf(1300)
    const [text, base, refiner] = [session('text', 100), session('base', 1000), session('refiner', 900)]
    await text.run(x, 'y')
    await base.run(x, 'y')
    expect(residency.open).toEqual(['text', 'base'])
    await text.run(x, 'y')
    await refiner.run(x, 'y')
    expect(residency.open).toEqual(['text', 'refiner'])
    await base.run(x, 'y')
    expect(residency.open).toEqual(['base'])
    for (const one of [text, base, refiner]) await one.close()
  })

  test('closes the text encoder where the U-Net needs its room, and opens it again for the next prompt', async () => {
    const { residency, log, session } = sceneOf(1200)
    const [text, unet] = [session('text', 100), session('unet', 1000)]
    for (const one of [text, unet, text]) await one.run(x, 'y', one === unet ? 150 : 0)
    expect(log).toEqual(['text', 'unet', 'text'])
    expect(residency.open).toEqual(['text'])
    for (const one of [text, unet]) await one.close()
  })

  test('counts the memory that a run needed as held until the session goes', async () => {
    const { residency, session } = sceneOf(1000)
    const [unet, vae] = [session('unet', 500), session('vae', 100)]
    await unet.run(x, 'y', 300)
    await vae.run(x, 'y', 150)
    expect(residency.open).toEqual(['vae'])
    for (const one of [unet, vae]) await one.close()
  })

  test('refuses what would not fit even alone, before it is read, with what it needs and what there is', async () => {
    const { log, session } = sceneOf(1000)
    const [text, unet] = [session('text', 100), session('unet', 800)]
    await text.run(x, 'y')
    const refusal = unet.run(x, 'y', 300)
    await expect(refusal).rejects.toMatchObject({
      code: 'memory-too-small',
      details: { device: 'cpu', neededBytes: 1100, budgetBytes: 1000 },
    })
    expect(log).toEqual(['text'])
    // A smaller run of the same network fits.
    expect([...(await unet.run(x, 'y'))]).toEqual([2])
    for (const one of [text, unet]) await one.close()
  })
})

test('Networks of the same weights are one session, which goes with the last of them', async () => {
  const { residency, log, session } = sceneOf()
  const [ofBase, ofRefiner] = [session('text 2', 100), session('text 2', 100)]
  await ofBase.run(x, 'y')
  await ofRefiner.run(x, 'y')
  await ofBase.close()
  await ofRefiner.run(x, 'y')
  expect(log).toEqual(['text 2'])
  await ofRefiner.close()
  expect(residency.open).toEqual([])
})

test('The code that runs an order wraps the opening of its sessions', async () => {
  const { residency, session } = sceneOf()
  const seen: string[] = []
  residency.opening = async open => {
    seen.push('before')
    const opened = await open()
    seen.push('after')
    return opened
  }
  const unet = session('unet', 1000)
  await unet.run(x, 'y')
  await unet.run(x, 'y')
  expect(seen).toEqual(['before', 'after'])
  await unet.close()
})
