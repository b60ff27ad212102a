/** Which sessions a device holds: what room is shared by, and what happens where there is none. */
import { describe, expect, test } from 'vitest'
import { newGraph } from '../../../../src/engine/onnx/graph-variants.ts'
import { Residency } from '../../../../src/engine/onnx/memory/residency.ts'
import { Session } from '../../../../src/engine/onnx/session.ts'

/** A residency over sessions that add one, whatever they are said to weigh; `log` has every opening. */
function sceneOf(budgetBytes?: number, device = 'cpu') {
  const residency = new Residency(device, budgetBytes)
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

  test('has the rest for others: a CPU keeps no more of a run than the run needed', async () => {
    const { residency, session } = sceneOf(1000)
    const [unet, vae] = [session('unet', 500), session('vae', 100)]
    await unet.run(x, 'y', 200)
    await vae.run(x, 'y', 100)
    expect(residency.open).toEqual(['unet', 'vae'])
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

describe('A graphics card', () => {
  test('keeps more of a run than the run needs, and what it keeps is not there for others', async () => {
    const { residency, session } = sceneOf(1000, 'cuda:0')
    const [vae, unet] = [session('vae', 100), session('unet', 500)]
    await vae.run(x, 'y', 250)
    // The VAE's 100 and twice 250.
    await unet.run(x, 'y')
    expect(residency.open).toEqual(['unet'])
    for (const one of [unet, vae]) await one.close()
  })

  test('closes what is opened again soonest, and not what was used longest ago', async () => {
    const { residency, session } = sceneOf(1000, 'cuda:0')
    const [unet, text, vae] = [session('unet', 500), session('text', 100), session('vae', 50)]
    await unet.run(x, 'y', 50)
    await text.run(x, 'y')
    await vae.run(x, 'y', 350)
    expect(residency.open).toEqual(['unet', 'vae'])
    for (const one of [unet, text, vae]) await one.close()
  })

  test('closes nothing for a run no larger than an earlier one of the same session', async () => {
    const { residency, log, session } = sceneOf(1000, 'cuda:0')
    const [unet, vae] = [session('unet', 400), session('vae', 100)]
    for (let round = 0; round < 2; round++) {
      await unet.run(x, 'y', 100)
      await vae.run(x, 'y', 300)
    }
    // Together they keep 600 and 700, and the runtime gave the second what there was.
    expect(log).toEqual(['unet', 'vae'])
    expect(residency.open).toEqual(['unet', 'vae'])
    for (const one of [unet, vae]) await one.close()
  })

  test('is tried with what is counted too large for it, alone: a card refuses by itself', async () => {
    const { residency, session } = sceneOf(1000, 'cuda:0')
    const [text, unet] = [session('text', 100), session('unet', 800)]
    await text.run(x, 'y')
    expect([...(await unet.run(x, 'y', 300))]).toEqual([2])
    expect(residency.open).toEqual(['unet'])
    for (const one of [text, unet]) await one.close()
  })

  test('that paints with one network at a time keeps no other, for whatever run', async () => {
    const { residency, session } = sceneOf(1000, 'cuda:0')
    const [unet, vae] = [session('unet', 100), session('vae', 100)]
    await unet.run(x, 'y')
    await vae.run(x, 'y')
    residency.isAlone = true
    await unet.run(x, 'y')
    expect(residency.open).toEqual(['unet'])
    for (const one of [unet, vae]) await one.close()
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
