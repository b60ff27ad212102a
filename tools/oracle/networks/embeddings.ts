/** embeddings/ of part two: files of textual inversion, what they make of prompts, and what those paint. */
import { basename } from 'node:path'
import { z } from 'zod'
import { textWidthsOf } from '../../../src/engine/models/text-widths.ts'
import {
  EmbeddingVectors,
  type PromptEmbeddings,
} from '../../../src/engine/pipeline/conditioning/embedding-vectors.ts'
import { embedPrompt } from '../../../src/engine/pipeline/conditioning/prompt-embedding.ts'
import { a1111Rule } from '../../../src/engine/text/a1111/rule.ts'
import { comfyuiRule } from '../../../src/engine/text/comfyui/rule.ts'
import { describeEmbedding } from '../../../src/engine/text/embedding-file.ts'
import {
  embeddingsIn,
  type NamedEmbedding,
  namedEmbeddings,
  unfitWidths,
} from '../../../src/engine/text/embedding-names.ts'
import { layOutRows } from '../../../src/engine/text/token-rows.ts'
import { type NamedVectors, tokeniseFor } from '../../../src/engine/text/tokenise.ts'
import type { Tokenizer } from '../../../src/engine/text/tokenizer/tokenizer.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'
import { type Check, type Checker, compare } from '../case.ts'
import { type PartTwoCase, PartTwoGroup } from '../end-to-end/part-two.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'
import { partsOfFolder } from './open-models.ts'

/** A row of 77: ids, and vectors of embeddings by their number. */
const rowSchema = z.array(z.union([z.number(), z.object({ embedding: z.string(), vector: z.number() })]))

const promptsSchema = z.object({
  cases: z.array(
    z.object({
      prompt: z.string(),
      te1_row: rowSchema.optional(),
      te2_row: rowSchema.optional(),
      /** Names the rule of a weight, where the prompt has one. */
      note: z.string().default(''),
    }),
  ),
  allow: z.number(),
})
type PromptCase = z.infer<typeof promptsSchema>['cases'][number]

const e2eSchema = z.object({
  cases: z.record(z.string(), z.object({ prompt: z.string(), negative_prompt: z.string().nullish() })),
})

export const textualInversion: Checker = {
  name: 'embeddings',
  async list(oracle) {
    if (!oracle.has('embeddings', 'prompts.json')) return []
    const { cases, allow } = await oracle.json(promptsSchema, 'embeddings', 'prompts.json')
    const golden = await oracle.tensors('embeddings', 'prompts.safetensors')
    const library = await EmbeddingLibrary.read(oracle)
    const refused = (await oracle.list('embeddings', '.safetensors')).filter(name => /^refuse/.test(name))
    const group = await PartTwoGroup.read(oracle, 'embeddings')
    return [
      ...cases.map((one, i) => ({
        name: `embeddings/${i}`,
        run: () => checkPrompt(oracle, library, one, `p${i}`, golden, allow),
      })),
      ...refused.map(name => ({ name: `embeddings/${name}`, run: () => checkRefused(oracle, name) })),
      ...(group?.cases ?? []).map(one => ({
        name: `embeddings/e2e/${one.name}`,
        run: () => checkEndToEnd(oracle, library, group, one),
      })),
    ]
  },
}

/** The folder's files, those to refuse left out. */
class EmbeddingLibrary {
  readonly named: readonly NamedEmbedding[]
  readonly #vectors: EmbeddingVectors

  private constructor(named: readonly NamedEmbedding[], vectors: EmbeddingVectors) {
    this.named = named
    this.#vectors = vectors
  }

  static async read(oracle: OracleFolder): Promise<EmbeddingLibrary> {
    const names = (await oracle.list('embeddings', '.safetensors')).filter(
      name => name !== 'prompts' && !name.startsWith('refuse'),
    )
    const files = await Promise.all(
      names.map(async name => {
        const path = oracle.path('embeddings', `${name}.safetensors`)
        return { name, path, parts: describeEmbedding(path, await readSafetensorsHeader(path)) }
      }),
    )
    const records = files.map(({ name, path, parts }) => ({
      kind: 'embedding' as const,
      name,
      family: 'SDXL',
      hash: name,
      storage: { layout: 'file' as const, path, bytes: 0, dtypes: [] },
      embedding: parts,
    }))
    const named = namedEmbeddings(files.map(({ name, parts }) => ({ name, hash: name, parts })))
    return new EmbeddingLibrary(named, new EmbeddingVectors(records))
  }

  /** What the texts name. */
  async of(oracle: OracleFolder, ...texts: string[]): Promise<PromptEmbeddings> {
    const used = embeddingsIn(texts, this.named, a1111Rule.embeddingNames)
    const references = used.map(({ name, parts }) => ({ name, parts: [...parts] }))
    return this.#vectors.of(references, textWidthsOf(await partsOfFolder(await oracle.model('base'))))
  }
}

async function checkPrompt(
  oracle: OracleFolder,
  library: EmbeddingLibrary,
  one: PromptCase,
  prefix: string,
  golden: Tensors,
  limit: number,
): Promise<Check[]> {
  const model = await oracle.open('base')
  const embeddings = await library.of(oracle, one.prompt)
  // Names stand in the prompts plainly, whichever rule weighs them.
  const rule = /ComfyUI/.test(one.note) ? { ...comfyuiRule, embeddingNames: 'plain' as const } : a1111Rule
  const ours = await embedPrompt(model, { text: one.prompt, clipSkip: 0 }, rule, 1, embeddings)
  const rows = [
    { tokenizer: model.tokenizer, vectors: embeddings.first, golden: one.te1_row },
    { tokenizer: model.tokenizer2, vectors: embeddings.second, golden: one.te2_row },
  ]
  return [
    ...rows.flatMap(({ tokenizer, vectors, golden }, n) =>
      tokenizer && golden ? [compareRow(`row ${n + 1}`, one.prompt, tokenizer, vectors, golden)] : [],
    ),
    compare('prompt embeddings', ours.context, golden.floats(`${prefix}.prompt_embeds`), limit),
    compare('pooled', ours.pooled, golden.floats(`${prefix}.pooled`), limit),
  ]
}

function compareRow(
  what: string,
  prompt: string,
  tokenizer: Tokenizer,
  vectors: readonly NamedVectors[],
  golden: z.infer<typeof rowSchema>,
): Check {
  const laidOut = layOutRows(tokenizer, a1111Rule.chunks(prompt, tokeniseFor(tokenizer, a1111Rule, vectors)))
  const ours = [...laidOut.ids].map((id, place) => {
    const vector = laidOut.vectors.find(one => one.place === place)?.vector
    const from = vector && vectors.find(one => one.vectors.includes(vector))
    return from && vector ? { embedding: from.name, vector: from.vectors.indexOf(vector) } : id
  })
  const agrees = JSON.stringify(ours) === JSON.stringify(golden)
  return { what, error: agrees ? 0 : 1, limit: 0, ...(agrees ? {} : { note: JSON.stringify(ours) }) }
}

/** Either the file itself is refused, or its widths are, held against the model's encoders. */
async function checkRefused(oracle: OracleFolder, name: string): Promise<Check[]> {
  const path = oracle.path('embeddings', `${name}.safetensors`)
  const parts = await partsOfFolder(await oracle.model('base'))
  let note: string
  try {
    const [named] = namedEmbeddings([
      { name: basename(name), hash: '', parts: describeEmbedding(path, await readSafetensorsHeader(path)) },
    ])
    const unfit = named ? unfitWidths(named, textWidthsOf(parts)) : []
    note = unfit.length > 0 ? `${unfit.join(' and ')} wide` : ''
  } catch (error) {
    note = error instanceof Error ? error.message : String(error)
  }
  return [{ what: 'refused', error: note === '' ? 1 : 0, limit: 0, note }]
}

async function checkEndToEnd(
  oracle: OracleFolder,
  library: EmbeddingLibrary,
  group: PartTwoGroup | undefined,
  one: PartTwoCase,
): Promise<Check[]> {
  const { cases } = await oracle.json(e2eSchema, 'embeddings', 'e2e', 'cases.json')
  const texts = cases[one.name]
  if (!group || !texts) throw new Error(`cases.json has no prompt of ${one.name}`)
  const { prompt, negative_prompt } = texts
  const embeddings = await library.of(oracle, prompt, negative_prompt ?? '')
  const args = { ...one.args, prompt, negative_prompt }
  const run = await group.plan({ ...one, args }, { model: await oracle.open('base') })
  return group.check(one, { ...run, reading: { rule: a1111Rule, embeddings } })
}
