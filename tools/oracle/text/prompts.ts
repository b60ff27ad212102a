/** text/: prompts as the U-Net gets them: clip skip, negative prompts, weights and prompts of more than 75 tokens. */
import { z } from 'zod'
import {
  type Embedding,
  embedPrompt,
  zeroEmbedding,
} from '../../../src/engine/pipeline/conditioning/prompt-embedding.ts'
import { easelRule } from '../../../src/engine/text/easel/rule.ts'
import { parsePromptWeights } from '../../../src/engine/text/easel/weights.ts'
import type { Segment } from '../../../src/engine/text/prompt-rule.ts'
import { layOutRows } from '../../../src/engine/text/token-rows.ts'
import { tokeniseFor } from '../../../src/engine/text/tokenise.ts'
import { type Check, type Checker, compare, type OracleCase } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'
import { referenceRule } from './reference-rule.ts'

/** Where the JSON names no floor: the oracle's README, table of floors (already ten floors). */
const readmeLimit = 4e-5

const embedsSchema = z.object({
  prompts: z.array(z.string()),
  floor_max_abs_f32_vs_f64: z.number().optional(),
})

/** Pairs of text and weight, as the case reads its own prompt. */
const weightedSchema = z.object({
  cases: z.array(z.object({ parse: z.array(z.tuple([z.string(), z.number()])) })),
  floor_max_abs_f32_vs_f64: z.number().optional(),
})

export const promptEmbeddings: Checker = {
  name: 'text/embeds prompts',
  async list(oracle) {
    if (!oracle.has('text', 'embeds.json')) return []
    const facts = await oracle.json(embedsSchema, 'text', 'embeds.json')
    const golden = await oracle.tensors('text', 'embeds.safetensors')
    const limit = limitOf(facts.floor_max_abs_f32_vs_f64)
    return golden.names
      .filter(name => name.endsWith('.prompt_embeds'))
      .map(name => name.slice(0, -'.prompt_embeds'.length))
      .map(prefix => embeddingCase(oracle, golden, prefix, facts.prompts, limit))
  },
}

export const weightedPrompts: Checker = {
  name: 'text/weighted',
  async list(oracle) {
    if (!oracle.has('text', 'weighted.json')) return []
    const facts = await oracle.json(weightedSchema, 'text', 'weighted.json')
    const golden = await oracle.tensors('text', 'weighted.safetensors')
    const limit = limitOf(facts.floor_max_abs_f32_vs_f64)
    return facts.cases.map((one, i) => ({
      name: `text/weighted ${i}`,
      run: () => checkWeighted(oracle, golden, `w${i}`, one.parse, limit),
    }))
  },
}

/** prefix: `p<i>.clip_skip_<n>`, or `negative_<none|empty>_<model>`. */
function embeddingCase(
  oracle: OracleFolder,
  golden: Tensors,
  prefix: string,
  prompts: readonly string[],
  limit: number,
): OracleCase {
  return {
    name: `text/embeds ${prefix}`,
    run: async () => {
      const ours = await embed(oracle, prefix, prompts)
      const checks = [
        compare('prompt embeddings', ours.context, golden.floats(`${prefix}.prompt_embeds`), limit),
      ]
      if (golden.has(`${prefix}.pooled`)) {
        checks.push(compare('pooled', ours.pooled, golden.floats(`${prefix}.pooled`), limit))
      }
      return checks
    },
  }
}

async function embed(oracle: OracleFolder, prefix: string, prompts: readonly string[]): Promise<Embedding> {
  const { prompt, skip } = /^p(?<prompt>\d+)\.clip_skip_(?<skip>\d+)$/.exec(prefix)?.groups ?? {}
  if (prompt !== undefined) {
    const text = prompts[Number(prompt)]
    if (text === undefined) throw new Error(`embeds.json has no prompt ${prompt}`)
    return embedPrompt(await oracle.open('base'), { text, clipSkip: Number(skip) }, referenceRule)
  }
  const { given, role } = /^negative_(?<given>none|empty)_(?<role>\w+)$/.exec(prefix)?.groups ?? {}
  if (role === undefined) throw new Error(`${prefix} is no prompt that the README describes`)
  const model = await oracle.open(role)
  const empty = await embedPrompt(model, { text: '', clipSkip: 0 }, referenceRule)
  return given === 'none' && model.zerosForNoNegative ? zeroEmbedding(empty) : empty
}

async function checkWeighted(
  oracle: OracleFolder,
  golden: Tensors,
  prefix: string,
  parse: readonly (readonly [string, number])[],
  limit: number,
): Promise<Check[]> {
  const model = await oracle.open('base')
  const text = parse.map(([text, weight]) => written(text, weight)).join('')
  const { segments } = parsePromptWeights(text)
  const wanted: Segment[] = parse.map(([text, weight]) => ({ text, weight }))
  const checks = [compare('parse', [JSON.stringify(segments) === JSON.stringify(wanted) ? 1 : 0], [1], 0)]
  for (const [n, tokenizer] of [model.tokenizer, model.tokenizer2].entries()) {
    if (!tokenizer) continue
    const rows = layOutRows(tokenizer, easelRule.chunks(text, tokeniseFor(tokenizer, easelRule, [])))
    const name = `${prefix}.te${n + 1}`
    checks.push(compare(`ids ${n + 1}`, rows.ids, golden.floats(`${name}.input_ids`), 0))
    checks.push(compare(`weights ${n + 1}`, rows.weights, golden.floats(`${name}.weights`), 0))
  }
  const ours = await embedPrompt(model, { text, clipSkip: 0 }, easelRule)
  return [
    ...checks,
    compare('prompt embeddings', ours.context, golden.floats(`${prefix}.prompt_embeds`), limit),
    compare('pooled', ours.pooled, golden.floats(`${prefix}.pooled`), limit),
  ]
}

/** A segment in A1111's syntax. */
function written(text: string, weight: number): string {
  const escaped = text.replaceAll(/[()[\]\\]/g, '\\$&')
  return weight === 1 ? escaped : `(${escaped}:${weight})`
}

function limitOf(floor: number | undefined): number {
  return floor === undefined ? readmeLimit : 10 * floor
}
