/** The long forms of tests that `npm test` runs short: how much of each, and in how large rounds. */

export interface LongPart {
  /** What is counted. */
  unit: string
  /** How much of it the long form is. */
  total: number
  /** How much of it one round is: whoever is interrupted loses no more than that. */
  perRound: number
  files: readonly string[]
  /** The environment that makes the tests of these files so long. */
  env: (amount: number, seed: number) => Record<string, string>
  /** Lines of the tests that hold figures. */
  figures: RegExp
}

export const longParts = {
  kills: {
    unit: 'kills',
    total: 1000,
    perRound: 50,
    files: ['test/e2e/kill.test.ts'],
    env: (kills, seed) => ({ EASEL_KILLS: `${kills}`, SEED: `${seed}` }),
    figures: /^kill -9:/,
  },
  threads: {
    unit: 'worker threads one after the other, and 50 times as many runs in each of four at once',
    total: 40,
    perRound: 40,
    files: ['test/engine/host/real-worker.test.ts'],
    env: threads => ({ EASEL_THREADS: `${threads}` }),
    figures: /^threads:/,
  },
  lives: {
    unit: 'random lives',
    total: 10_000,
    perRound: 2000,
    files: ['test/fuzz/job-life.test.ts'],
    env: (lives, seed) => ({ EASEL_LIVES: `${lives}`, SEED: `${seed}` }),
    figures: /^job lives:/,
  },
  mutations: {
    unit: 'mutations each of safetensors, models, schedules and pictures',
    total: 100_000,
    perRound: 20_000,
    files: [
      'test/fuzz/model-readers.test.ts',
      'test/fuzz/picture-readers.test.ts',
      'test/fuzz/text-and-schedule-readers.test.ts',
      'test/engine/weights/mutated-safetensors.test.ts',
    ],
    env: (runs, seed) => ({ EASEL_FUZZ_RUNS: `${runs}`, EASEL_FUZZ_SEED: `${seed}` }),
    figures: /mutations/,
  },
  texts: {
    unit: 'long texts',
    total: 10_000,
    perRound: 2000,
    files: ['test/fuzz/long-texts.test.ts'],
    env: texts => ({ EASEL_TEXTS: `${texts}` }),
    figures: /^long texts:/,
  },
  'power-losses': {
    unit: 'losses of power at each moment',
    total: 50,
    perRound: 10,
    files: ['test/fault/power-loss.test.ts'],
    env: (losses, seed) => ({ EASEL_POWER_LOSSES: `${losses}`, SEED: `${seed}` }),
    figures: /^power loss:/,
  },
  orders: {
    unit: 'random orders',
    total: 10_000,
    perRound: 1000,
    files: ['test/engine/pipeline/random-orders.test.ts'],
    env: (orders, seed) => ({ EASEL_ORDERS: `${orders}`, SEED: `${seed}` }),
    figures: /random orders/,
  },
  'round-trips': {
    unit: 'pictures painted again by the command that Info prints',
    total: 200,
    perRound: 100,
    files: ['test/cli/info-bytes.test.ts'],
    env: (orders, seed) => ({ EASEL_ROUND_TRIPS: `${orders}`, EASEL_FUZZ_SEED: `${seed}` }),
    figures: /^round trips:/,
  },
  statements: {
    unit: 'rounds of every statement',
    total: 1,
    perRound: 1,
    files: ['test/fault/failing-statements.test.ts', 'test/fault/crash-points.test.ts'],
    env: () => ({ EASEL_STATEMENT_STRIDE: '1' }),
    figures: /^(failing statements|crash points):/,
  },
  'four-devices': {
    unit: 'jobs on four devices',
    total: 1000,
    perRound: 1000,
    files: ['test/fault/four-devices.test.ts'],
    env: jobs => ({ EASEL_FOUR_DEVICES_JOBS: `${jobs}` }),
    figures: /^four devices:/,
  },
  machines: {
    unit: 'jobs on four machines of two devices each, under kills and partitions',
    total: 2000,
    perRound: 500,
    files: ['test/fault/many-machines.test.ts'],
    env: (jobs, seed) => ({ EASEL_MACHINES_JOBS: `${jobs}`, SEED: `${seed}` }),
    figures: /^(?:many machines|more machines):/,
  },
  refusals: {
    unit: 'jobs on each chat platform',
    total: 1000,
    perRound: 100,
    files: ['test/fault/discord-refusals.test.ts', 'test/fault/slack-refusals.test.ts'],
    env: (jobs, seed) => ({ EASEL_REFUSED_JOBS: `${jobs}`, SEED: `${seed}` }),
    figures: /^(?:discord|slack) refusals: \d+ jobs/,
  },
  'slack-sets': {
    unit: 'sets of four on Slack',
    total: 200,
    perRound: 200,
    files: ['test/bots/slack/many-sets.test.ts'],
    env: sets => ({ EASEL_SLACK_SETS: `${sets}` }),
    figures: /^slack sets:/,
  },
  'exchanged-models': {
    unit: 'pictures by three models in turn',
    total: 500,
    perRound: 500,
    files: ['test/engine/pipeline/exchanged-models.test.ts'],
    env: pictures => ({ EASEL_EXCHANGED_PICTURES: `${pictures}` }),
    figures: /^exchanged models:/,
  },
  webgpu: {
    unit: 'picture on an adapter in software',
    total: 1,
    perRound: 1,
    files: ['test/engine/host/webgpu.test.ts'],
    env: pictures => ({ EASEL_WEBGPU_PICTURES: `${pictures}` }),
    figures: /^WebGPU:/,
  },
  uploads: {
    unit: 'forms of 40 MB at once',
    total: 20,
    perRound: 20,
    files: ['test/e2e/uploads.test.ts'],
    env: forms => ({ EASEL_UPLOADS: `${forms}` }),
    figures: /^uploads:/,
  },
  soak: {
    unit: 'minutes',
    total: 60,
    perRound: 60,
    files: ['test/e2e/soak.test.ts'],
    env: minutes => ({ EASEL_SOAK_MINUTES: `${minutes}` }),
    figures: /^soak:/,
  },
} as const satisfies Record<string, LongPart>

export type LongPartName = keyof typeof longParts
export const longPartNames = Object.keys(longParts).filter(isLongPart)

export function isLongPart(name: string): name is LongPartName {
  return Object.hasOwn(longParts, name)
}
