/** checkpoints/edm-folder/ of part two: tiny-base as a diffusers folder of a model that was trained with EDM's scalings. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import {
  type ModelSchedule,
  parseSchedule,
  readScheduleJson,
} from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import type { Check, Checker } from '../case.ts'
import { inputSource, type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'
import { partsOfFolder } from '../networks/open-models.ts'

const json = z.record(z.string(), z.unknown())

export const edmFolder: Checker = {
  name: 'checkpoints/edm-folder',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'checkpoints')
    if (!group || !oracle.has('checkpoints', 'edm-folder')) return []
    return group.cases
      .filter(({ name }) => name.startsWith('edm_'))
      .map(one => ({ name: `checkpoints/edm-folder/${one.name}`, run: () => check(oracle, group, one) }))
  },
}

const casesSchema = z.object({ inputs: z.record(z.string(), z.string()).default({}) })

async function check(oracle: OracleFolder, group: PartTwoGroup, one: PartTwoCase): Promise<Check[]> {
  const parts = await partsOfFolder(await oracle.model('base'))
  const configFile = oracle.path('checkpoints', 'edm-folder', 'vae', 'config.json')
  const config = json.parse(JSON.parse(await readFile(configFile, 'utf8')))
  const networks = { ...parts.networks, vae: { ...parts.networks.vae, config, configFile } }
  const model = await openModel({ ...parts, networks }, oracle.target)
  try {
    const { inputs } = await oracle.json(casesSchema, 'checkpoints', 'e2e', 'cases.json')
    const picture =
      one.pipeline === 'txt2img' ? undefined : /inputs\/([\w.]+)/.exec(inputs[one.name] ?? '')?.[1]
    const source = picture === undefined ? undefined : await inputSource(oracle, picture)
    const own = { model, schedule: await scheduleOf(oracle, one), ...(source && { source }) }
    return await group.check(one, await group.plan(one, own))
  } finally {
    await model.networks.close()
  }
}

/** The folder's scheduler of the class that the case names. */
async function scheduleOf(oracle: OracleFolder, { scheduler }: PartTwoCase): Promise<ModelSchedule> {
  for (const name of ['scheduler-euler', 'scheduler-dpm']) {
    const file = oracle.path('checkpoints', 'edm-folder', name, 'scheduler_config.json')
    const schedule = parseSchedule(await readScheduleJson(file), file)
    if (typeof scheduler !== 'string' && schedule.className === scheduler._class_name) return schedule
  }
  throw new Error('the folder has no scheduler of that class')
}
