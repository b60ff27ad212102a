/** image-prompts/ of part three: several pictures for one IP-Adapter. The adapters and their encoder are those of part two. */
import { z } from 'zod'
import {
  clipPixels,
  evenScales,
  type ImagePrompt,
  imageTokens,
  joinTokens,
} from '../../../src/engine/pipeline/conditioning/image-prompt.ts'
import type { Check, Checker } from '../case.ts'
import { type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'
import { readPicture } from '../pictures.ts'
import { openAdapter } from './ip-adapters.ts'

const adapterSchema = z.object({ file: z.string(), scale: z.number(), pictures: z.array(z.string()) })
const adaptersSchema = z.object({ adapters: z.array(adapterSchema) })

export function joinedPictures(partTwo: OracleFolder): Checker {
  return {
    name: 'image-prompts',
    async list(oracle) {
      const group = await PartTwoGroup.read(oracle, 'image-prompts')
      if (!group) return []
      return group.cases.map(one => ({
        name: `image-prompts/e2e/${one.name}`,
        run: () => check(oracle, partTwo, group, one),
      }))
    },
  }
}

async function check(
  oracle: OracleFolder,
  partTwo: OracleFolder,
  group: PartTwoGroup,
  one: PartTwoCase,
): Promise<Check[]> {
  const model = await oracle.open('base')
  const imagePrompts: ImagePrompt[] = []
  for (const { file, scale, pictures } of adaptersSchema.parse(one).adapters) {
    const { adapter, encoder, projection, close } = await openAdapter(partTwo, file)
    const each = await Promise.all(
      pictures.map(async name => {
        const picture = await readPicture(oracle.path('image-prompts', 'e2e', `${name}.png`))
        return imageTokens(encoder, projection, clipPixels(picture, encoder.config.sidePx))
      }),
    )
    await close()
    imagePrompts.push({
      adapter,
      scales: evenScales(model.networks.unet, scale),
      ...each.reduce(joinTokens),
    })
  }
  return group.check(one, await group.plan(one, { model, imagePrompts }))
}
