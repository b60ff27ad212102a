/** prompts/ of part two: prompts as A1111 and ComfyUI read them, from marks to embeddings. */
import { z } from 'zod'
import { embedPrompt } from '../../../src/engine/pipeline/conditioning/prompt-embedding.ts'
import { parseAttention } from '../../../src/engine/text/a1111/attention.ts'
import { a1111Rule, multiply } from '../../../src/engine/text/a1111/rule.ts'
import { comfyuiRule } from '../../../src/engine/text/comfyui/rule.ts'
import { parseComfyWeights } from '../../../src/engine/text/comfyui/weights.ts'
import type { PromptRule, Segment } from '../../../src/engine/text/prompt-rule.ts'
import { tokeniseFor } from '../../../src/engine/text/tokenise.ts'
import { type Check, type Checker, compare } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'

const chunkSchema = z.object({ ids: z.array(z.number()), weights: z.array(z.number()) })
const parseSchema = z.array(z.tuple([z.string(), z.number()]))

const promptSchema = z.object({
  prompt: z.string(),
  floors: z.record(z.string(), z.number()).default({}),
  a1111: z.object({
    networks: z.array(z.array(z.string())),
    schedule: z.array(z.tuple([z.number(), z.number()])),
    texts: z.array(z.object({ text: z.string(), parse: parseSchema, chunks: z.array(chunkSchema) })),
  }),
  comfyui: z.object({ parse: parseSchema, chunks: z.array(chunkSchema) }),
})
type PromptCase = z.infer<typeof promptSchema>

const fileSchema = z.object({ steps: z.number(), cases: z.array(promptSchema) })

export const promptRuleCases: Checker = {
  name: 'prompts',
  async list(oracle) {
    if (!oracle.has('prompts', 'prompts.json')) return []
    const { steps, cases } = await oracle.json(fileSchema, 'prompts', 'prompts.json')
    const golden = await oracle.tensors('prompts', 'prompts.safetensors')
    return cases.flatMap((one, i) => [
      { name: `prompts/${i} a1111`, run: () => checkA1111(oracle, one, steps) },
      { name: `prompts/${i} comfyui`, run: () => checkComfyui(oracle, one) },
      ...Object.entries(one.floors).map(([key, floor]) => ({
        name: `prompts/${i} ${key} embeddings`,
        run: () => checkEmbedding(oracle, one, `p${i}`, key, floor, golden),
      })),
    ])
  },
}

async function checkA1111(
  oracle: OracleFolder,
  { prompt, a1111 }: PromptCase,
  steps: number,
): Promise<Check[]> {
  const { text, networks } = a1111Rule.withoutNetworks(prompt)
  const ours = networks.map(({ type, args }) => [type, ...args])
  const schedule = a1111Rule.schedule(text, steps).map(({ lastStep, text }) => [lastStep, text])
  const wanted = a1111.schedule.map(([lastStep, index]) => [lastStep, a1111.texts[index]?.text])
  const checks = [same('networks', ours, a1111.networks), same('schedule', schedule, wanted)]
  for (const one of a1111.texts) {
    checks.push(
      ...compareParse(parseAttention(one.text).segments, one.parse),
      ...(await compareChunks(oracle, a1111Rule, one.text, one.chunks)),
    )
  }
  return checks
}

async function checkComfyui(oracle: OracleFolder, { prompt, comfyui }: PromptCase): Promise<Check[]> {
  return [
    ...compareParse(parseComfyWeights(prompt).segments, comfyui.parse),
    ...(await compareChunks(oracle, comfyuiRule, prompt, comfyui.chunks)),
  ]
}

/** key: `a1111.<text>`, `a1111_no_norm.<text>` (without the mean restored) or `comfyui`. */
async function checkEmbedding(
  oracle: OracleFolder,
  one: PromptCase,
  prefix: string,
  key: string,
  floor: number,
  golden: Tensors,
): Promise<Check[]> {
  const [way, index = ''] = key.split('.')
  const text = way === 'comfyui' ? one.prompt : (one.a1111.texts[Number(index)]?.text ?? '')
  const ours = await embedPrompt(await oracle.open('base'), { text, clipSkip: 0 }, ruleOf(way))
  const limit = 10 * floor
  const checks = [
    compare('prompt embeddings', ours.context, golden.floats(`${prefix}.${key}.prompt_embeds`), limit),
  ]
  const pooled = `${prefix}.${key}.pooled`
  if (golden.has(pooled)) checks.push(compare('pooled', ours.pooled, golden.floats(pooled), limit))
  return checks
}

function ruleOf(way: string | undefined): PromptRule {
  switch (way) {
    case 'comfyui':
      return comfyuiRule
    case 'a1111':
      return a1111Rule
    case 'a1111_no_norm':
      return { ...a1111Rule, weigh: async weighting => multiply(weighting) }
    default:
      throw new Error(`no rule stands for ${way}`)
  }
}

function same(what: string, ours: unknown, golden: unknown): Check {
  const agrees = JSON.stringify(ours) === JSON.stringify(golden)
  return { what, error: agrees ? 0 : 1, limit: 0, ...(agrees ? {} : { note: JSON.stringify(ours) }) }
}

function compareParse(ours: readonly Segment[], golden: readonly (readonly [string, number])[]): Check[] {
  const texts = (parse: readonly (readonly [string, number])[]) => parse.map(([text]) => text)
  const weights = (parse: readonly (readonly [string, number])[]) => parse.map(([, weight]) => weight)
  const pairs = ours.map(({ text, weight }) => [text, weight] as const)
  return [
    same('parse', texts(pairs), texts(golden)),
    compare('weights of the parse', weights(pairs), weights(golden), 1e-12),
  ]
}

/** Both encoders' tokens are those of the first one, exclamation marks included. */
async function compareChunks(
  oracle: OracleFolder,
  rule: PromptRule,
  text: string,
  golden: readonly z.infer<typeof chunkSchema>[],
): Promise<Check[]> {
  const { tokenizer, tokenizer2 } = await oracle.open('base')
  return [tokenizer, tokenizer2].flatMap((one, n) => {
    if (!one) return []
    const chunks = rule.chunks(text, tokeniseFor(one, rule, []))
    const ids = chunks.map(chunk => chunk.map(({ token }) => token))
    const weights = chunks.flatMap(chunk => chunk.map(({ weight }) => weight))
    return [
      same(
        `ids ${n + 1}`,
        ids,
        golden.map(chunk => chunk.ids),
      ),
      compare(
        `weights ${n + 1}`,
        weights,
        golden.flatMap(chunk => chunk.weights),
        1e-12,
      ),
    ]
  })
}
