/** Names of samplers and schedules as people, A1111, ComfyUI, InvokeAI and diffusers write them, and what they stand for. */
import { slipsBetween } from '../../nearest.ts'
import { samplerKinds } from './registry.ts'
import type { SamplerKind, SchedulerConfig } from './sampler.ts'
import { schedules } from './schedules/registry.ts'
import type { SigmaSchedule } from './schedules/schedule.ts'

type Spread = SchedulerConfig['sigmas']

/** A sampler with its spread of sigmas or its schedule: what a name such as "DPM++ 2M Karras" stands for. */
export interface SamplerChoice {
  readonly kind: SamplerKind
  /** A spread of the sampler's own reference. */
  readonly sigmas: Spread
  /** A schedule of the UIs by name, where it is none of the reference's spreads. */
  readonly schedule?: string
}

export type SamplerLookup =
  | { kind: 'found'; choice: SamplerChoice }
  | { kind: 'unknown'; nearest: readonly string[] }

export type ScheduleLookup =
  | { kind: 'found'; schedule: SigmaSchedule }
  | { kind: 'unknown'; nearest: readonly string[] }

/** Other names in use for the same rule, in the form that `simplify` gives; name and label of each need no entry. */
const samplerAliases: Readonly<Record<string, readonly string[]>> = {
  euler: ['eulerdiscrete'],
  euler_a: ['eulerancestral', 'eulerancestraldiscrete'],
  heun: ['heundiscrete'],
  lms: ['lmsdiscrete'],
  dpm2: ['kdpm2', 'kdpm2discrete'],
  dpm2_a: ['dpm2ancestral', 'kdpm2a', 'kdpm2ancestral', 'kdpm2ancestraldiscrete'],
  dpmpp_2m: ['dpmsolverpp2m', 'dpmsolvermultistep'],
  dpmpp_2s_a: ['dpmpp2sancestral'],
  dpmpp_singlestep: ['dpmsolversinglestep'],
  unipc: ['unipcbh2', 'unipcmultistep'],
  deis: ['deismultistep'],
  pndm: ['plms'],
}

const scheduleAliases: Readonly<Record<string, readonly string[]>> = {
  normal: ['uniform'],
  ddim_uniform: ['ddim'],
  ays: ['alignyoursteps'],
}

/**
 * Understands names and labels whatever their case, spaces and punctuation, with a schedule behind them or not:
 * `euler_a`, `DPM++ 2M Karras`, `dpmpp_2m_sde_gpu`, `Euler SGM Uniform`. Never another sampler than the one named.
 */
export function findSampler(text: string): SamplerLookup {
  const wanted = simplify(text.slice(0, longestName))
  const bare = samplerOfName(wanted)
  if (bare) return { kind: 'found', choice: { kind: bare, sigmas: 'plain' } }
  for (const schedule of schedules) {
    for (const ending of [...spellingsOf(schedule, scheduleAliases), ...shortEndings(schedule)]) {
      const kind = wanted.endsWith(ending) ? samplerOfName(wanted.slice(0, -ending.length)) : undefined
      const choice = kind && withSchedule(kind, schedule)
      if (choice) return { kind: 'found', choice }
    }
  }
  return { kind: 'unknown', nearest: nearest(wanted, samplerChoices().map(spelledOut)) }
}

/** Understands `sgm_uniform`, `SGM Uniform`, `Align Your Steps`. */
export function findSchedule(text: string): ScheduleLookup {
  const wanted = simplify(text.slice(0, longestName))
  const schedule = schedules.find(one => spellingsOf(one, scheduleAliases).includes(wanted))
  if (schedule) return { kind: 'found', schedule }
  const all = schedules.map(one => ({ name: one.name, spellings: spellingsOf(one, scheduleAliases) }))
  return { kind: 'unknown', nearest: nearest(wanted, all) }
}

/** Every sampler with every spread of its own. */
export function samplerChoices(): SamplerChoice[] {
  return samplerKinds.flatMap(kind => [
    { kind, sigmas: 'plain' as const },
    ...kind.sigmas.map(sigmas => ({ kind, sigmas })),
  ])
}

/** `euler`, `dpmpp_2m_karras`: what requests and metadata hold. */
export function samplerName({ kind, sigmas, schedule }: SamplerChoice): string {
  const ending = schedule ?? (sigmas === 'plain' ? undefined : sigmas)
  return ending === undefined ? kind.name : `${kind.name}_${ending}`
}

/** `Euler`, `DPM++ 2M Karras`. */
export function samplerLabel({ kind, sigmas, schedule }: SamplerChoice): string {
  const ending = schedules.find(one => one.name === (schedule ?? sigmas))
  return ending ? `${kind.label} ${ending.label}` : kind.label
}

/** Whether a sampler can go through any schedule, or through its own only. */
export function takesSchedules(kind: SamplerKind): boolean {
  return 'rule' in kind
}

/** The reference's own spread where it has that one; any rule over noise levels takes any schedule. */
function withSchedule(kind: SamplerKind, schedule: SigmaSchedule): SamplerChoice | undefined {
  const spread = kind.sigmas.find(one => one === schedule.name)
  if (spread) return { kind, sigmas: spread }
  return takesSchedules(kind) ? { kind, sigmas: 'plain', schedule: schedule.name } : undefined
}

function samplerOfName(simplified: string): SamplerKind | undefined {
  return samplerKinds.find(kind => spellingsOf(kind, samplerAliases).includes(simplified))
}

/** InvokeAI writes "_k" for Karras. */
function shortEndings({ name }: SigmaSchedule): string[] {
  return name === 'karras' ? ['k'] : []
}

/** No name is longer; the rest of a text is not looked at. */
const longestName = 80

/** Letters and digits only; `++` counts as `pp`; what says only where noise is drawn or that it is a class is left out. */
function simplify(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replace(/^\s*(?:k|sample)[_ -](?=\w)/, '')
    .replace(/scheduler\s*$/, '')
    .replace(/[^a-z0-9]/g, '')
    .replace('sdegpu', 'sde')
}

function spellingsOf(
  { name, label }: { name: string; label: string },
  aliases: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [simplify(name), simplify(label), ...(aliases[name] ?? [])]
}

function spelledOut(choice: SamplerChoice): { name: string; spellings: readonly string[] } {
  return {
    name: samplerName(choice),
    spellings: [simplify(samplerName(choice)), simplify(samplerLabel(choice))],
  }
}

/** Up to three names: those that begin as the wanted one, then those that need the fewest edits. */
function nearest(wanted: string, known: readonly { name: string; spellings: readonly string[] }[]): string[] {
  const distance = ({ spellings }: { spellings: readonly string[] }): number =>
    Math.min(
      ...spellings.map(one =>
        wanted !== '' && one.startsWith(wanted) ? one.length / 100 : slipsBetween(wanted, one),
      ),
    )
  return known
    .map(one => ({ name: one.name, distance: distance(one) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}
