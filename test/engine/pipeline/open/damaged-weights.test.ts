/** Promises of damaged cache files of weights: named instead of the model's files, made anew, and the picture is the same. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { leavesBroken } from '../../../../src/engine/host/fault.ts'
import { openPainter } from '../../../../src/engine/pipeline/open-painter.ts'
import { hasCode } from '../../../../src/errors/errors.ts'
import { readLibrary } from '../../../../src/startup/model-library.ts'
import { examineWeightFiles } from '../../../../src/startup/model-weights.ts'
import { en, errorSentence } from '../../../../src/words/en.ts'
import { modelsFolder } from '../../../helpers/models/oracle-models.ts'
import { spoilWeightsUnseen } from '../../../helpers/models/spoil-weights.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const hooks = { signal: new AbortController().signal, onLoading: () => {}, onStep: async () => {} }

async function read(weights: 'mapped' | 'int8') {
  const dataDir = tempFolder()
  const { models } = await readLibrary({
    modelsDir: modelsFolder({ demo: 'models/demo' }),
    dataDir,
    extraModelDirs: [],
    modelLinkTargets: [],
    models: { demo: { weights } },
  })
  const [model] = models
  if (!model) throw new Error('the demo model is not in the library')
  const folder = join(dataDir, 'cache', 'weights')
  const files = () =>
    readdirSync(folder)
      .filter(name => name.endsWith('.safetensors'))
      .map(name => join(folder, name))
  return { model, files }
}

describe.each(['mapped', 'int8'] as const)('%s:', weights => {
  async function scene() {
    const { model, files } = await read(weights)
    const paint = async () => {
      const setup = { device: 'cpu', threads: 2, models: [model], maxPixels: 1024 ** 2, version: 'Easel' }
      const painter = await openPainter(setup, () => 0)
      const { name, hash } = model
      const order = aPaintOrder({ model: { name, hash }, widthPx: 64, heightPx: 64, count: 1 })
      try {
        const outcome = await painter.paint(order, {}, hooks)
        return outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
      } finally {
        await painter.close()
      }
    }
    const unetFile = () => files().find(file => file.includes(model.parts.networks.unet.hash)) ?? ''
    return { model, paint, unetFile }
  }

  test('they are named and removed, and the next worker makes them anew and paints the same picture', async () => {
    const { paint, unetFile } = await scene()
    const before = await paint()
    const file = unetFile()
    await spoilWeightsUnseen(file, 4096)
    const error: unknown = await paint().catch((thrown: unknown) => thrown)
    if (!hasCode(error, 'weights-damaged')) throw error
    expect(error.details).toEqual({ files: [file] })
    expect([error.retryable, leavesBroken.has(error.code)]).toEqual([true, true])
    expect(errorSentence(en, error)).toContain(`The cache file ${file} is damaged.`)
    expect(unetFile()).toBe('')
    expect(await paint()).toEqual(before)
    expect(unetFile()).toBe(file)
  })

  test('doctor’s examination reads all of them, and removes and names those that are damaged', async () => {
    const { model, paint, unetFile } = await scene()
    const devices = [{ name: 'cpu', threads: 0, precision: 'auto' }] as const
    const examine = () => examineWeightFiles(model, devices, { reading: () => {} })
    expect(await examine()).toEqual({ sound: [], damaged: [] })
    await paint()
    const whole = await examine()
    expect(whole.sound).toContain(unetFile())
    expect(whole.damaged).toEqual([])
    const file = unetFile()
    await spoilWeightsUnseen(file)
    expect(await examine()).toEqual({ sound: whole.sound.filter(one => one !== file), damaged: [file] })
    expect(unetFile()).toBe('')
  })
})
