/** All samplers, and how people's names for them are understood. A new sampler is its file and one line here. */
import { ddim } from './ddim.ts'
import { ddpm } from './ddpm.ts'
import { deis } from './deis.ts'
import { dpm2 } from './dpm2.ts'
import { dpm2Ancestral } from './dpm2-ancestral.ts'
import { dpmpp2m } from './dpmpp-2m.ts'
import { dpmpp2mSde } from './dpmpp-2m-sde.ts'
import { dpmppSinglestep } from './dpmpp-singlestep.ts'
import { euler } from './euler.ts'
import { eulerAncestral } from './euler-ancestral.ts'
import { heun } from './heun.ts'
import { lcm } from './lcm.ts'
import { lms } from './lms.ts'
import { pndm } from './pndm.ts'
import type { SamplerKind, SchedulerConfig } from './sampler.ts'
import { tcd } from './tcd.ts'
import { unipc } from './unipc.ts'

export const samplerKinds: readonly SamplerKind[] = [
  euler,
  eulerAncestral,
  heun,
  lms,
  dpm2,
  dpm2Ancestral,
  dpmpp2m,
  dpmpp2mSde,
  dpmppSinglestep,
  unipc,
  deis,
  ddim,
  ddpm,
  pndm,
  lcm,
  tcd,
]

/** Other names in use, in the form that `simplify` gives; the name and the label of each kind need no entry. */
const aliases: Readonly<Record<string, string>> = {
  eulerancestral: 'euler_a',
  eulerdiscrete: 'euler',
  kdpm2: 'dpm2',
  dpm2ancestral: 'dpm2_a',
  kdpm2a: 'dpm2_a',
  dpmpp: 'dpmpp_2m',
  dpmsolver: 'dpmpp_2m',
  dpmppsde: 'dpmpp_2m_sde',
  dpmpp2s: 'dpmpp_singlestep',
  plms: 'pndm',
}

type Spread = SchedulerConfig['sigmas']

/** A sampler with its spread of sigmas: what a name such as "DPM++ 2M Karras" stands for. */
export interface SamplerChoice {
  readonly kind: SamplerKind
  readonly sigmas: Spread
}

export type SamplerLookup =
  | { kind: 'found'; choice: SamplerChoice }
  | { kind: 'unknown'; nearest: readonly string[] }

/** Understands names and labels, whatever their case, spaces and punctuation: `euler_a`, `DPM++ 2M Karras`, `UniPC`. */
export function findSampler(text: string): SamplerLookup {
  const wanted = simplify(text)
  const choice = samplerChoices().find(
    one => simplify(samplerName(one)) === wanted || simplify(samplerLabel(one)) === wanted,
  )
  if (choice) return { kind: 'found', choice }
  const { stem, sigmas } = splitSpread(wanted)
  const kind = samplerKinds.find(one => one.name === aliases[stem])
  if (kind && allows(kind, sigmas)) return { kind: 'found', choice: { kind, sigmas } }
  return { kind: 'unknown', nearest: nearestNames(wanted) }
}

/** Every combination that can be asked for. */
export function samplerChoices(): SamplerChoice[] {
  return samplerKinds.flatMap(kind => [
    { kind, sigmas: 'plain' as const },
    ...kind.sigmas.map(sigmas => ({ kind, sigmas })),
  ])
}

/** `euler`, `dpmpp_2m_karras`: what requests and metadata hold. */
export function samplerName({ kind, sigmas }: SamplerChoice): string {
  return sigmas === 'plain' ? kind.name : `${kind.name}_${sigmas}`
}

/** `Euler`, `DPM++ 2M Karras`. */
export function samplerLabel({ kind, sigmas }: SamplerChoice): string {
  return sigmas === 'plain' ? kind.label : `${kind.label} ${sigmas.charAt(0).toUpperCase()}${sigmas.slice(1)}`
}

function allows(kind: SamplerKind, sigmas: Spread): boolean {
  return sigmas === 'plain' || kind.sigmas.includes(sigmas)
}

/** Letters and digits only; `++` counts as `pp`. */
function simplify(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replace(/[^a-z0-9]/g, '')
}

function splitSpread(wanted: string): { stem: string; sigmas: Spread } {
  for (const sigmas of ['karras', 'exponential', 'beta'] as const) {
    if (wanted.endsWith(sigmas)) return { stem: wanted.slice(0, -sigmas.length), sigmas }
  }
  return { stem: wanted, sigmas: 'plain' }
}

/** Up to three names that need the fewest edits. */
function nearestNames(wanted: string): string[] {
  return samplerChoices()
    .map(choice => ({
      name: samplerName(choice),
      edits: Math.min(
        edits(wanted, simplify(samplerName(choice))),
        edits(wanted, simplify(samplerLabel(choice))),
      ),
    }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Levenshtein distance; the asked name is cut, since it may be any text. */
function edits(a: string, b: string): number {
  const short = a.slice(0, 40)
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= short.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = short[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[b.length] ?? 0
}
