/** Two pictures of a set in one call of the U-Net, against one call each: whether it pays, and whether it changes the numbers. */
import { memoryHashCache } from '../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../src/engine/models/library.ts'
import type { UNet, UNetInput } from '../../src/engine/networks/networks.ts'
import { openNetworks } from '../../src/engine/networks/open/open.ts'
import { elapsedMs, interleaved, timesOf } from './measure.ts'
import { duration, type Section, times } from './report.ts'

/** A guided picture is two of a call: with its prompt, and with the negative one. */
const guided = 2
const pictureCounts = [2, 4]
/** The model's own side, and times of it: there the numbers outweigh what each call costs by itself. */
const sideFactors = [1, 4]
/** Pixels of a latent's side. */
const latentPx = 8
const tokens = 77
const timestep = 500

export async function measureBatch(
  { modelsDir, model }: { modelsDir: string; model: string },
  rounds: number,
): Promise<Section> {
  const { models } = await readModels({ roots: [modelsDir], linkTargets: [], cache: memoryHashCache() })
  const record = models.find(({ name }) => name === model)
  if (!record) throw new Error(`no model ${model}`)
  const networks = await openNetworks(record.parts.networks)
  const { unet, textEncoder2 } = networks
  const inputOf = (sideLatent: number, first: number, pictures: number): UNetInput => ({
    sample: numbers(first, pictures, unet.inChannels * sideLatent * sideLatent),
    batch: guided * pictures,
    heightLatent: sideLatent,
    widthLatent: sideLatent,
    timestep,
    context: numbers(first, pictures, tokens * unet.crossAttentionDim),
    tokens,
    pooled: numbers(first, pictures, textEncoder2.projectionSize ?? 0),
    timeIds: new Float32Array(guided * pictures * unet.timeIdCount).fill(sideLatent * latentPx),
  })
  try {
    const rows: (string | number)[][] = []
    const figures: Record<string, number> = {}
    for (const factor of sideFactors) {
      const sidePx = factor * record.nativeSidePx
      for (const count of pictureCounts) {
        const together = inputOf(sidePx / latentPx, 0, count)
        const alone = Array.from({ length: count }, (_, i) => inputOf(sidePx / latentPx, i, 1))
        const { apartMs, joinedMs, differing } = await compare(unet, alone, together, rounds)
        const gain = apartMs / joinedMs
        rows.push([`${sidePx} px`, count, duration(apartMs), duration(joinedMs), times(gain), differing])
        figures[`gain${count}At${sidePx}`] = gain
        figures[`differing${count}At${sidePx}`] = differing
      }
    }
    return {
      name: 'batch',
      title: 'Pictures of a set in one call of the U-Net, guided',
      columns: ['side', 'pictures', 'a call each', 'one call', 'speed', 'other values'],
      rows,
      notes: [
        'Least times. Other values: values of the result that are not bit for bit those of the calls by themselves.',
      ],
      figures,
    }
  } finally {
    await networks.close()
  }
}

async function compare(
  unet: Pick<UNet, 'predict'>,
  alone: readonly UNetInput[],
  together: UNetInput,
  rounds: number,
) {
  const separately = async () => {
    const outputs: number[] = []
    for (const input of alone) outputs.push(...(await unet.predict(input)))
    return outputs
  }
  const each = async () => {
    for (const input of alone) await unet.predict(input)
  }
  const measured = await interleaved(
    [() => elapsedMs(each), () => elapsedMs(() => unet.predict(together))],
    rounds,
  )
  const [apartMs = Number.NaN, joinedMs = Number.NaN] = measured.map(ms => timesOf(ms).leastMs)
  return { apartMs, joinedMs, differing: differences(await separately(), await unet.predict(together)) }
}

/** Reproducible numbers near those of latents, other ones for each picture: `perItem` for each of its two items. */
function numbers(first: number, pictures: number, perItem: number): Float32Array {
  return Float32Array.from({ length: guided * pictures * perItem }, (_, i) =>
    Math.sin((first * guided * perItem + i) * 12.9898),
  )
}

function differences(one: readonly number[], other: Float32Array): number {
  return one.filter((value, i) => !Object.is(value, other[i])).length
}
