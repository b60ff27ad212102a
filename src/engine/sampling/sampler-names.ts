/** Resolves the names of samplers and schedules in the spellings of people, A1111, ComfyUI, InvokeAI and diffusers. */
import { editDistance } from '../../common/nearest.ts'
import type { SamplerKind, SchedulerConfig } from './sampler.ts'
import { samplerKinds } from './sampler-registry.ts'
import type { SigmaSchedule } from './schedule.ts'
import { schedules } from './schedule-registry.ts'

type Spread = SchedulerConfig['sigmas']

/** A sampler with its sigma spacing or its schedule, such as "DPM++ 2M Karras". */
export interface SamplerChoice {
  readonly kind: SamplerKind
  /** A sigma spacing of the sampler's own reference. */
  readonly sigmas: Spread
  /** The name of a schedule of the UIs, if it is not one of the reference's spacings. */
  readonly schedule?: string
}

export type SamplerLookup =
  | { kind: 'found'; choice: SamplerChoice }
  | { kind: 'unknown'; nearest: readonly string[] }

export type ScheduleLookup =
  | { kind: 'found'; schedule: SigmaSchedule }
  | { kind: 'unknown'; nearest: readonly string[] }

/** Other names of the same rule, in the form that `simplify` returns. Names and labels need no entry. */
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
  unipc: ['unipcmultistep'],
  deis: ['deismultistep'],
  pndm: ['plms'],
}

const scheduleAliases: Readonly<Record<string, readonly string[]>> = {
  normal: ['uniform'],
  ddim_uniform: ['ddim'],
  ays: ['alignyoursteps'],
}

/**
 * Finds a sampler by name or label, with or without a schedule after it. Case, spaces and punctuation do not matter.
 * It never returns another sampler than the one named.
 *
 * @example
 * findSampler('DPM++ 2M Karras') // also `euler_a`, `dpmpp_2m_sde_gpu`, `Euler SGM Uniform`
 */
export function findSampler(text: string): SamplerLookup {
  const wanted = simplify(withUniPcVariant(text.slice(0, longestName)))
  const bare = samplerOfName(wanted)
  if (bare) return { kind: 'found', choice: { kind: bare, sigmas: 'plain' } }
  for (const schedule of schedules) {
    for (const ending of [...spellingsOf(schedule, scheduleAliases), ...shortEndings(schedule)]) {
      const kind = wanted.endsWith(ending) ? samplerOfName(wanted.slice(0, -ending.length)) : undefined
      const choice = kind && withSchedule(kind, schedule)
      if (choice) return { kind: 'found', choice }
    }
  }
  return { kind: 'unknown', nearest: nearest(wanted, samplerChoices().map(spellingsOfChoice)) }
}

/** Finds a schedule by name or label: `sgm_uniform`, `SGM Uniform`, `Align Your Steps`. */
export function findSchedule(text: string): ScheduleLookup {
  const wanted = simplify(text.slice(0, longestName))
  const schedule = schedules.find(one => spellingsOf(one, scheduleAliases).includes(wanted))
  if (schedule) return { kind: 'found', schedule }
  const all = schedules.map(one => ({ name: one.name, spellings: spellingsOf(one, scheduleAliases) }))
  return { kind: 'unknown', nearest: nearest(wanted, all) }
}

/** Every sampler with each of its own sigma spacings. */
export function samplerChoices(): SamplerChoice[] {
  return samplerKinds.flatMap(kind => [
    { kind, sigmas: 'plain' as const },
    ...kind.sigmas.map(sigmas => ({ kind, sigmas })),
  ])
}

/** The name in requests and metadata: `euler`, `dpmpp_2m_karras`. */
export function samplerName({ kind, sigmas, schedule }: SamplerChoice): string {
  const ending = schedule ?? (sigmas === 'plain' ? undefined : sigmas)
  return ending === undefined ? kind.name : `${kind.name}_${ending}`
}

/** The name for people: `Euler`, `DPM++ 2M Karras`. */
export function samplerLabel({ kind, sigmas, schedule }: SamplerChoice): string {
  const ending = schedules.find(one => one.name === (schedule ?? sigmas))
  return ending ? `${kind.label} ${ending.label}` : kind.label
}

/** Whether a sampler supports any schedule, or its own only. */
export function takesSchedules(kind: SamplerKind): boolean {
  return 'rule' in kind
}

/**
 * Names the variant of UniPC that a program means: A1111's `UniPC` and ComfyUI's `uni_pc` are B₁ of order 3. InvokeAI's
 * `unipc` is diffusers' class, B₂ of order 2.
 */
function withUniPcVariant(text: string): string {
  return text.replace(
    /^([^A-Za-z0-9]*)(?:UniPC|[Uu][Nn][Ii]_[Pp][Cc])(?![A-Za-z0-9]|[\s_]*(?:bh\d|multistep))/,
    '$1unipc_bh1',
  )
}

/** Prefers the reference's own spacing if it has one of that name. Any rule over noise levels supports any schedule. */
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

/** No name is longer; the rest of a text is ignored. */
const longestName = 80

/** Keeps letters and digits, writes `++` as `pp`, and drops suffixes for the noise device and for scheduler classes. */
function simplify(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('++', 'pp')
    .replace(/^\s*(?:k|sample)[_ -](?=\w)/, '')
    .replace(/scheduler\s*$/, '')
    .replace(/[^a-z0-9]/g, '')
    .replace(/(sde|heun)gpu/, '$1')
}

function spellingsOf(
  { name, label }: { name: string; label: string },
  aliases: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [simplify(name), simplify(label), ...(aliases[name] ?? [])]
}

function spellingsOfChoice(choice: SamplerChoice): { name: string; spellings: readonly string[] } {
  return {
    name: samplerName(choice),
    spellings: [simplify(samplerName(choice)), simplify(samplerLabel(choice))],
  }
}

/** Up to three names: first those with the wanted one as a prefix, then those with the smallest edit distance. */
function nearest(wanted: string, known: readonly { name: string; spellings: readonly string[] }[]): string[] {
  const distance = ({ spellings }: { spellings: readonly string[] }): number =>
    Math.min(
      ...spellings.map(one =>
        wanted !== '' && one.startsWith(wanted) ? one.length / 100 : editDistance(wanted, one),
      ),
    )
  return known
    .map(one => ({ name: one.name, distance: distance(one) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}
