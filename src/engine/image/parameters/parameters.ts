/**
 * Builds and parses the text that A1111 and similar programs put into pictures. Pure.
 *
 *   prompt, over any number of lines
 *   Negative prompt: over any number of lines
 *   Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 7, Size: 128x128, Key: "a value, quoted like JSON", …
 */
import { AppError } from '../../../errors/errors.ts'
import { type UpscaleOrder, type WorkOrder, workOrder } from '../../work-order.ts'
import { isFieldsLine, quoteValue, readFields } from './parameter-fields.ts'

export interface PictureParameters {
  prompt: string
  /** Empty if there is none. */
  negative: string
  steps?: number
  sampler?: string
  guidance?: number
  /** Other programs use all 64 bits, more than a double holds. */
  seed?: bigint
  widthPx?: number
  heightPx?: number
  modelHash?: string
  model?: string
  /** All other fields, in order. */
  extra: ReadonlyMap<string, string>
}

const negativeLabel = 'Negative prompt:'
/** Written only if the plain lines would not restore the prompt exactly. */
const exactPrompt = 'Exact prompt'
const exactNegative = 'Exact negative prompt'
const orderKey = 'Easel'
/** In an upscaled picture: the paint order of its source. */
const recipeKey = 'Easel source'
/** Fields that are not shown to people. */
export const machineKeys: ReadonlySet<string> = new Set([orderKey, recipeKey])

/** A1111's names of number and text fields. Seed and Size are handled separately. */
const numberFields = { steps: 'Steps', guidance: 'CFG scale' } as const
const textFields = { sampler: 'Sampler', modelHash: 'Model hash', model: 'Model' } as const
const seedField = 'Seed'
const ownKeys: ReadonlySet<string> = new Set([
  ...Object.values(numberFields),
  ...Object.values(textFields),
  seedField,
  'Size',
  exactPrompt,
  exactNegative,
])

/** The text. Parsing it gives the same parameters, whatever the prompts contain. */
export function buildParameters(parameters: PictureParameters): string {
  const fields = fieldsOf(parameters)
  const plain = render(parameters, fields)
  const read = parseParameters(asUtf8(plain))
  if (read.prompt === parameters.prompt && read.negative === parameters.negative) return plain
  return render(parameters, [
    ...fields,
    [exactPrompt, parameters.prompt],
    [exactNegative, parameters.negative],
  ])
}

/** As it is read from a file, where unpaired surrogates do not survive. */
const asUtf8 = (text: string) => Buffer.from(text, 'utf8').toString('utf8')

function fieldsOf(p: PictureParameters): [string, string][] {
  const size = p.widthPx === undefined || p.heightPx === undefined ? undefined : `${p.widthPx}x${p.heightPx}`
  const known: [string, string | number | bigint | undefined][] = [
    [numberFields.steps, p.steps],
    [textFields.sampler, p.sampler],
    [numberFields.guidance, p.guidance],
    [seedField, p.seed],
    ['Size', size],
    [textFields.modelHash, p.modelHash],
    [textFields.model, p.model],
  ]
  for (const key of p.extra.keys()) {
    if (ownKeys.has(key)) throw new AppError('internal', { problem: `“${key}” is no extra parameter` })
  }
  return [...known, ...p.extra].flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
}

/** Another program's fields, without those that have a name of Easel's fields and another meaning. */
export function withoutOwnKeys(extra: PictureParameters['extra']): Map<string, string> {
  return new Map([...extra].filter(([key]) => !ownKeys.has(key)))
}

function render({ prompt, negative }: PictureParameters, fields: [string, string][]): string {
  const lines = [prompt]
  if (negative !== '') lines.push(`${negativeLabel} ${negative}`)
  lines.push(fields.map(([key, value]) => `${key}: ${quoteValue(value)}`).join(', '))
  return lines.join('\n')
}

/** Parses any program's text. Unknown parts remain in `extra` or in the prompt. Never throws. */
export function parseParameters(text: string): PictureParameters {
  const lines = text.split(/\r?\n/)
  // Some programs add lines (templates, notes) after the fields, so the last line that looks like fields counts.
  const fieldsAt = lines.findLastIndex(isFieldsLine)
  const fields = new Map(fieldsAt < 0 ? [] : readFields(lines[fieldsAt] ?? ''))
  const promptLines = fieldsAt < 0 ? lines : lines.slice(0, fieldsAt)
  const negativeAt = promptLines.findIndex(line => line.trimStart().startsWith(negativeLabel))
  const split = negativeAt < 0 ? promptLines.length : negativeAt

  const take = (key: string) => {
    const value = fields.get(key)
    fields.delete(key)
    return value
  }
  const prompt = take(exactPrompt) ?? joined(promptLines.slice(0, split))
  const negative =
    take(exactNegative) ?? joined(promptLines.slice(split)).slice(negativeLabel.length).trimStart()
  const takeNumber = (key: string) => {
    const number = Number(fields.get(key) || Number.NaN)
    if (!Number.isFinite(number)) return undefined
    fields.delete(key)
    return number
  }
  const takeSeed = () => {
    const seed = fields.get(seedField) ?? ''
    if (!/^-?\d{1,20}$/.test(seed)) return undefined
    fields.delete(seedField)
    return BigInt(seed)
  }
  const takeSize = () => {
    const size = /^(\d{1,6})x(\d{1,6})$/.exec(fields.get('Size') ?? '')
    if (size === null) return {}
    fields.delete('Size')
    return { widthPx: Number(size[1]), heightPx: Number(size[2]) }
  }
  return {
    prompt,
    negative,
    steps: takeNumber(numberFields.steps),
    sampler: take(textFields.sampler),
    guidance: takeNumber(numberFields.guidance),
    seed: takeSeed(),
    ...takeSize(),
    modelHash: take(textFields.modelHash),
    model: take(textFields.model),
    extra: fields,
  }
}

const joined = (lines: string[]) => lines.join('\n').trim()

/** Adds the exact work order as JSON. An upscaled picture keeps the paint order of its source. */
export function withWorkOrder(parameters: PictureParameters, order: WorkOrder): PictureParameters {
  const extra = new Map(parameters.extra)
  const recipe = order.kind === 'upscale' ? recipeOf(parameters) : undefined
  if (recipe) extra.set(recipeKey, JSON.stringify(recipe))
  return { ...parameters, extra: extra.set(orderKey, JSON.stringify(order)) }
}

/** The work order of a picture; undefined if Easel did not make it or if the parameters were changed. */
export function workOrderOf(parameters: PictureParameters): WorkOrder | undefined {
  return orderAt(parameters, orderKey)
}

/** The paint order of a picture, or of the picture that it was enlarged from. */
export function recipeOf(parameters: PictureParameters): Exclude<WorkOrder, UpscaleOrder> | undefined {
  const own = workOrderOf(parameters)
  const order = own?.kind === 'upscale' ? orderAt(parameters, recipeKey) : own
  return order?.kind === 'upscale' ? undefined : order
}

function orderAt({ extra }: PictureParameters, key: string): WorkOrder | undefined {
  try {
    return workOrder.safeParse(JSON.parse(extra.get(key) ?? 'null')).data
  } catch {
    return undefined
  }
}
