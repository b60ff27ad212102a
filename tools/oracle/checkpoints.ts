/** checkpoints/ of part two: single files of every kind, and what they paint. */
import type { Checker, OracleCase } from './case.ts'
import type { OracleFolder } from './folder.ts'
import { type PartTwoCase, PartTwoGroup } from './part-two.ts'

export const checkpoints: Checker = {
  name: 'checkpoints',
  async list(oracle) {
    const group = await PartTwoGroup.read(oracle, 'checkpoints')
    return (group?.cases ?? []).map(one => endToEnd(oracle, group, one))
  },
}

/** Cases that tiny-base itself stands for; the others need their own file. */
const ofTinyBase = /^(reference|v_)/

function endToEnd(oracle: OracleFolder, group: PartTwoGroup | undefined, one: PartTwoCase): OracleCase {
  const name = `checkpoints/e2e/${one.name}`
  if (!group || !ofTinyBase.test(one.name)) return { name, notYet: 'single-file checkpoint' }
  return {
    name,
    run: async () => group.check(one, await group.plan(one, { model: await oracle.open('base') })),
  }
}
