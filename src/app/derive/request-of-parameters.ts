/** The nearest request to the parameters that another program wrote into a picture. */

import { type Bounds, bounds } from '../../common/bounds.ts'
import type { PictureParameters } from '../../engine/image/parameters/parameters.ts'
import { parseLoraWeights } from '../../engine/image/readers/build-parameters.ts'
import { findSampler, samplerName } from '../../engine/sampling/sampler-names.ts'
import { isReadAlike } from '../../engine/text/prompt-rules.ts'
import type { ImagineRequest } from '../requests.ts'
import { knownLora } from '../resolve/resolve-loras.ts'
import { type Catalogue, findByName } from '../views/catalogue.ts'

/** Programs with ComfyUI's prompt syntax. The others have A1111's. */
const comfyPrograms: ReadonlySet<string | undefined> = new Set(['ComfyUI', 'SwarmUI'])

/**
 * Programs with ComfyUI's samplers, and what its names mean over a schedule. Its `ddim` is Euler, and its `ddpm` takes the steps of
 * Euler a: both have the mean x0 + σ'²/σ²·(x - x0) and the variance σ'²·(σ² - σ'²)/σ².
 */
const comfySamplerPrograms: ReadonlySet<string | undefined> = new Set([...comfyPrograms, 'Fooocus', 'Forge'])
const comfySamplers: ReadonlyMap<string, string> = new Map([
  ['ddim', 'euler'],
  ['ddpm', 'euler_a'],
  ['deis', 'deis_tab'],
  // Forge's labels. Its "DDIM" is A1111's.
  ['DDPM', 'euler_a'],
  ['DEIS', 'deis_tab'],
])

/**
 * Unknown models and samplers are replaced by the defaults. Values out of bounds and unknown LoRAs are omitted. The size is
 * taken from the picture. The prompt is plain text and not a template.
 */
export function requestOfParameters(
  p: PictureParameters,
  catalogue: Catalogue,
  program?: string,
): ImagineRequest {
  const isComfy = comfyPrograms.has(program) && ![p.prompt, p.negative].every(isReadAlike)
  const found: Omit<Partial<ImagineRequest>, 'prompt'> = {
    negative: p.negative || undefined,
    seed: seedOf(p.seed),
    steps: p.steps !== undefined && Number.isInteger(p.steps) && p.steps > 0 ? p.steps : undefined,
    guidance: within(bounds.guidance, p.guidance),
    sampler: samplerOf(p, program),
    model: modelOf(p.model, catalogue.models),
    loras: lorasOf(p, catalogue),
    clipSkip: within(bounds.clipSkip, clipSkipOf(p)),
    syntax: isComfy ? 'comfyui' : undefined,
  }
  const known = Object.entries(found).filter(([, value]) => value !== undefined)
  return Object.assign({ prompt: withKnownLoras(p.prompt, catalogue) }, Object.fromEntries(known))
}

/**
 * Other programs allow 64-bit seeds. torch's generator, which Easel reproduces, uses only the low 32 bits (at::mt19937), so
 * they replace a seed that is too large for a JSON number.
 */
function seedOf(seed: bigint | undefined): number | undefined {
  if (seed === undefined || seed < 0n) return undefined
  return Number(seed <= bounds.seed.max ? seed : BigInt.asUintN(32, seed))
}

function within({ min, max }: Bounds, value: number | undefined): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

/** The sampler, with its schedule if both are known. */
function samplerOf({ sampler, extra }: PictureParameters, program: string | undefined): string | undefined {
  if (sampler === undefined) return undefined
  const own = comfySamplerPrograms.has(program) ? comfySamplers.get(sampler.trim()) : undefined
  const schedule = extra.get('Schedule type') ?? extra.get('Scheduler') ?? ''
  // A1111's setting of this sampler, which is not in its name.
  const named = `${own ?? sampler} ${extra.get('UniPC variant') === 'bh2' ? 'bh2' : ''}`
  const spelled = [findSampler(`${named} ${schedule}`), findSampler(named)]
  const found = spelled.find(lookup => lookup.kind === 'found')
  return found && samplerName(found.choice)
}

function modelOf(name: string | undefined, models: Catalogue['models']): string | undefined {
  const spellings = name === undefined ? [] : spellingsOf(name)
  return spellings.map(spelling => findByName(models, spelling)?.name).find(known => known !== undefined)
}

/** The name of a file without its folder, once with its extension and once without. */
function spellingsOf(name: string): string[] {
  const file = name.split(/[\\/]/).at(-1) ?? ''
  return [file, file.replace(/\.[a-z0-9]{2,11}$/i, '')]
}

/** `<lora:name:0.8>`, with any text after the name. */
const mention = /<(?:lora|lyco):([^<>]*)>/gi

/** The prompt without unknown LoRAs, which would be refused. */
function withKnownLoras(prompt: string, catalogue: Catalogue): string {
  const isKnown = (args: string) => knownLora(args.split(':')[0]?.trim() ?? '', catalogue) !== undefined
  return prompt.replace(mention, (written, args: string) => (isKnown(args) ? written : '')).trim()
}

/** The known LoRAs that are listed outside the prompt. */
function lorasOf({ extra }: PictureParameters, catalogue: Catalogue): ImagineRequest['loras'] {
  const found = parseLoraWeights(extra).flatMap(({ name, weight }) => {
    const known = spellingsOf(name).flatMap(spelling => knownLora(spelling, catalogue) ?? [])[0]
    return known === undefined ? [] : [{ name: known, ...(weight !== undefined && { unetWeight: weight }) }]
  })
  return found.length > 0 ? found : undefined
}

/** A1111 counts from the last layer: SDXL's default, the penultimate layer, is its 2. */
function clipSkipOf({ extra }: PictureParameters): number | undefined {
  const skip = Number(extra.get('Clip skip'))
  return Number.isInteger(skip) && skip > 2 ? skip - 2 : undefined
}
