/** sizes/ of part two: latent sides that no level of a U-Net halves evenly, through the U-Nets and end to end. */
import { join } from 'node:path'
import { z } from 'zod'
import { unetNames } from '../../../src/engine/networks/unet.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { runUNet } from '../networks/networks.ts'
import type { Source } from './e2e-source.ts'
import { inputSource, type PartTwoCase, PartTwoGroup } from './part-two.ts'

const unetSchema = z.object({
  cases: z.array(z.object({ key: z.string(), timestep: z.number(), allow: z.number() })),
})
type UNetCase = z.infer<typeof unetSchema>['cases'][number]

export const sizes: Checker = {
  name: 'sizes',
  async list(oracle) {
    const unets = oracle.has('sizes', 'unet.json')
      ? (await oracle.json(unetSchema, 'sizes', 'unet.json')).cases
      : []
    const group = await PartTwoGroup.read(oracle, 'sizes')
    return [
      ...unets.map(one => ({ name: `sizes/unet.${one.key}`, run: () => checkUNet(oracle, one) })),
      ...(group?.cases ?? []).map(one => endToEnd(oracle, group, one)),
    ]
  },
}

/** key: `base.9x13`; the inputs of a model are the same for all its sizes. */
async function checkUNet(oracle: OracleFolder, { key, timestep, allow }: UNetCase): Promise<Check[]> {
  const golden = await oracle.tensors('sizes', 'unet.safetensors')
  const [role = ''] = key.split('.')
  const input = (name: string) => ({ data: golden.floats(name), shape: golden.get(name).shape })
  const sample = input(`${key}.sample`)
  const [batch = 0] = sample.shape
  const timeIds = input(`${role}.time_ids`)
  const inputs = {
    [unetNames.sample]: sample,
    [unetNames.timestep]: { data: new Float32Array(batch).fill(timestep), shape: [batch] },
    [unetNames.context]: input(`${role}.encoder_hidden_states`),
    [unetNames.pooled]: input(`${role}.text_embeds`),
    [unetNames.timeIds]: timeIds,
  }
  const folder = join(await oracle.model(role), 'unet')
  const ours = await runUNet(folder, timeIds.shape[1] ?? 0, inputs, [])
  return [compare('output', ours.get(unetNames.output) ?? [], golden.floats(`${key}.output`), allow)]
}

function endToEnd(oracle: OracleFolder, group: PartTwoGroup | undefined, one: PartTwoCase): OracleCase {
  return {
    name: `sizes/e2e/${one.name}`,
    run: async () => {
      const model = await oracle.open(z.string().parse(one.model))
      const source = await sourceOf(oracle, one, model.networks.vae.factor)
      return group?.check(one, await group.plan(one, { model, source })) ?? []
    },
  }
}

/** What the note names: a picture with or without a mask, or another case's latents. */
async function sourceOf(
  oracle: OracleFolder,
  { note = '' }: PartTwoCase,
  factor: number,
): Promise<Source | undefined> {
  const [picture, mask] = note.match(/\w+\.png/g) ?? []
  if (picture !== undefined) return inputSource(oracle, picture, mask)
  const [, other] = /final_latents of (\w+)/.exec(note) ?? []
  if (other === undefined) return undefined
  const latents = (await oracle.tensors('sizes', 'e2e', `${other}.safetensors`)).get('final_latents')
  const [, , heightLatent = 0, widthLatent = 0] = latents.shape
  return {
    kind: 'latents',
    latents: Float32Array.from(latents.data),
    heightPx: heightLatent * factor,
    widthPx: widthLatent * factor,
  }
}
