/** text/embeds: hidden states and pooled output of both text encoders, layer by layer. */
import { z } from 'zod'
import { clipInput, clipNames } from '../../../src/engine/networks/clip.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'
import { openClip } from './networks.ts'

/** Where the JSON names no floor: the oracle's README, table of floors (already ten floors). */
const readmeLimit = 4e-5

const schema = z.object({ floor_max_abs_f32_vs_f64: z.number().optional() })

export const textEncoders: Checker = {
  name: 'text/embeds encoders',
  async list(oracle) {
    if (!oracle.has('text', 'embeds.safetensors')) return []
    const golden = await oracle.tensors('text', 'embeds.safetensors')
    const facts = oracle.has('text', 'embeds.json') ? await oracle.json(schema, 'text', 'embeds.json') : {}
    const floor = facts.floor_max_abs_f32_vs_f64
    const limit = floor === undefined ? readmeLimit : 10 * floor
    return golden.names
      .filter(name => name.endsWith('.input_ids'))
      .map(name => name.slice(0, -'.input_ids'.length))
      .map(
        (prefix): OracleCase => ({
          name: `text/encoder ${prefix}`,
          run: () => checkEncoder(oracle, golden, prefix, limit),
        }),
      )
  },
}

/** prefix: `<prompt>.te<n>`. */
async function checkEncoder(
  oracle: OracleFolder,
  golden: Tensors,
  prefix: string,
  limit: number,
): Promise<Check[]> {
  const folder = prefix.endsWith('te2') ? 'text_encoder_2' : 'text_encoder'
  const encoder = await openClip(await oracle.model('base'), folder)
  if (!encoder) throw new Error(`the model has no ${folder}`)
  const { config, session } = encoder
  try {
    const ids = golden.get(`${prefix}.input_ids`)
    const input = clipInput(Int32Array.from(ids.data), config)
    const checks: Check[] = []
    for (const name of golden.names) {
      const output = name.startsWith(`${prefix}.`)
        ? outputOf(name.slice(prefix.length + 1), config.layers)
        : undefined
      if (output === undefined) continue
      const ours = await session.run(input, output)
      checks.push(compare(name, ours, golden.get(name).data, limit))
    }
    return checks
  } finally {
    await session.close()
  }
}

/** Which of our outputs a golden tensor is: `hidden_states_3`, `hidden_states_-2` (from the end), or by its own name. */
function outputOf(name: string, layers: number): string | undefined {
  const [, index] = /^hidden_states_(-?\d+)$/.exec(name) ?? []
  if (index !== undefined)
    return clipNames.hidden(Number(index) < 0 ? layers + 1 + Number(index) : Number(index))
  if (name === clipNames.last || name === clipNames.pooled) return name
  return undefined
}
