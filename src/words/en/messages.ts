/** English: messages about jobs, pictures, queues and statistics on every platform. */
import type { Preprocessor } from '../../app/problems.ts'

import { moment } from '../moment.ts'

/** Rounded durations. */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${Math.max(0.1, Math.round(seconds * 10) / 10)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const some = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`

export const buttons = {
  refine: 'Refine',
  'vary-subtle': 'Vary (subtle)',
  'vary-strong': 'Vary (strong)',
  upscale: 'Upscale ×2',
  're-roll': 'Re-roll',
  remix: 'Remix',
  info: 'Info',
  more: 'More',
  delete: 'Delete',
  cancel: 'Cancel',
  /** Re-roll of a job without a result. */
  tryAgain: 'Try again',
  /** In a set, the number identifies the picture. */
  refineNumber: (n: number) => `Refine ${n}`,
  varyNumber: (n: number) => `Vary ${n}`,
  upscaleNumber: (n: number) => `Upscale ${n}`,
  moreNumber: (n: number) => `More ${n}`,
  cancelNumber: (n: number) => `Cancel ${n}`,
}

export const job = {
  askedBy: (name: string) => `Asked by ${name}`,
  running: 'Being painted',
  /** True before and after the result, because the message may no longer be editable by then. */
  accepted: 'Accepted',
  /** The notice to a person who waits, as a separate message. */
  ready: (pictures: number): string =>
    pictures === 1 ? 'Your picture is ready.' : 'Your pictures are ready.',
  ended: (pictures: number): string =>
    pictures === 1 ? 'Your picture could not be painted.' : 'Your pictures could not be painted.',
  done: (pictures: number): string => (pictures === 1 ? 'Done' : `${pictures} pictures done`),
  /** The state of a request of several jobs. */
  fanOut: (n: { done: number; jobs: number; failed: number; cancelled: number }): string =>
    [
      `${n.done} of ${n.jobs} done`,
      ...(n.failed > 0 ? [`${n.failed} failed`] : []),
      ...(n.cancelled > 0 ? [`${n.cancelled} cancelled`] : []),
    ].join(' · '),
  variants: (jobs: number) => `${jobs} variants`,
  next: 'Next in the queue',
  place: (place: number) => `Place ${place} in the queue`,
  queued: 'In the queue',
  heldUp: {
    paused: 'nothing is painted now: all devices are paused',
    'no-device': 'waits for a device that can paint it',
  },
  eta: (ms: number) => `about ${duration(ms)} to go`,
  preparing: 'Getting ready to paint',
  step: (step: number, steps: number) => `Painting: step ${step} of ${steps}`,
  finishing: 'Finishing the picture',
  paintedIn: (ms: number) => `painted in ${duration(ms)}`,
  failed: 'This picture could not be painted.',
  dead: 'Painting this picture crashed Easel’s worker more than once.',
  cancelled: 'Cancelled.',
  cancelledByOther: 'A moderator cancelled your request.',
  expired: 'This request waited too long and was dropped.',
  untitled: 'Untitled picture',
  refined: 'Refined from an earlier picture',
  upscaled: (factor: number) => `Upscaled ×${factor} from an earlier picture`,
  varied: (strength: number) => `Based on an earlier picture, strength ${strength}`,
  again: 'New version of an earlier picture',
  altText: (d: { prompt: string; number: number; count: number; widthPx: number; heightPx: number }) =>
    `${d.prompt} (${d.count > 1 ? `picture ${d.number} of ${d.count}, ` : ''}${d.widthPx} by ${d.heightPx} pixels)`,
}

export const parameters = {
  prompt: 'Prompt',
  prompt2: 'Second prompt',
  negative: 'Not',
  size: 'Size',
  seed: 'Seed',
  steps: 'Steps',
  guidance: 'Guidance',
  sampler: 'Sampler',
  model: 'Model',
  vae: 'VAE',
  lora: 'LoRA',
  loraWeights: (unet: number, text: number) => `${unet}, text encoders ${text}`,
  refiner: 'Refiner',
  source: 'Source',
  mask: 'Mask',
  notPasted: 'what it keeps is not pasted back',
  softEdge: (px: number) => `soft edge of ${px} px`,
  onlyMasked: (paddingPx: number) => `only the masked part, with ${paddingPx} px around it`,
  control: 'ControlNet',
  preprocessors: { none: 'as it is', canny: 'its edges', tile: 'its tile', blur: 'blurred' } satisfies Record<
    Preprocessor,
    string
  >,
  scaleOf: (scale: number) => `scale ${scale}`,
  controlRange: (start: number, end: number) => `from ${start} to ${end} of the steps`,
  guess: 'guess mode',
  imagePrompt: 'Image prompt',
  eta: 'Eta',
  churn: 'Churn',
  embeddings: 'Embeddings',
  syntax: 'Prompt rule',
  score: 'Aesthetic score',
  clipSkip: 'Clip skip',
  fast: 'Fast',
  made: 'Made',
  file: 'File',
  /** The ids that /show and --source accept. */
  pictureId: 'Picture ID',
  yes: 'yes',
  seedOf: (seed: number) => `seed ${seed}`,
  stepsOf: (steps: number) => some(steps, 'step'),
  guidanceOf: (guidance: number) => `guidance ${guidance}`,
  strengthOf: (strength: number) => `strength ${strength}`,
  splitAt: (split: number) => `from ${split} of the way on`,
  scoreOf: (score: number) => `aesthetic score ${score}`,
  guidanceInterval: (from: number, to: number) => `from ${from} to ${to} of the way`,
  rescaled: (rescale: number) => `rescaled by ${rescale}`,
  refinerWay: { ensemble: 'with the Refiner', after: 'refined' },
  no: (negative: string) => `without: ${negative}`,
  madeOn: (atMs: number, device: string) => `${moment(atMs)} on ${device}`,
}

export const info = {
  title: 'About this picture',
  /** One picture of a set, with its actions. */
  pictureOf: (n: number, count: number) => `Picture ${n} of ${count}`,
  ofProgram: (program: string) => `What ${program} wrote into this picture`,
  nearestCommand: 'The nearest command here:',
}

export const help = {
  title: 'What Easel can do',
  intro: 'Say what to paint, and add flags at the end:',
  examples: [
    '/imagine a red circle on a blue background',
    '/imagine a lighthouse at dusk --no people --ar 3:2 --n 4',
    '/imagine a {red,green} house --seed 7 --refine',
  ],
  weights: '(word:1.2) weighs more, [word] less. {a,b} and --repeat make several pictures.',
  buttons: 'Buttons under a picture refine, vary, enlarge and repeat it; they never expire.',
}

/** Texts that buttons of short replies open: flags by group, and lists. */
export const topics = {
  commands: 'Commands',
  picture: 'Picture',
  source: 'Source picture',
  model: 'Model',
  sampling: 'Sampling',
  refiner: 'Refiner',
  details: 'Model details',
  samplers: 'Samplers',
  schedules: 'Schedules',
  styles: 'Styles',
  files: 'LoRAs, ControlNets …',
}

export const queue = {
  empty: 'Nothing is waiting: your picture would be next.',
  title: (running: number, waiting: number) => `${running} being painted, ${waiting} waiting`,
  more: (n: number) => `… and ${n} more`,
  yours: 'yours',
  /** A place in the queue whose job the reader may not see. */
  hidden: 'another request',
}

export const usage = {
  title: (hours: number) => `Your last ${some(hours, 'hour')}`,
  made: (jobs: number, pictures: number) => `${some(pictures, 'picture')} in ${some(jobs, 'job')}`,
  seconds: (seconds: number) => `${Math.round(seconds * 10) / 10} s of painting`,
  left: (pictures: number) => `${some(pictures, 'picture')} left`,
  unlimited: 'No limit is set.',
}

export const models = {
  title: 'Models',
  none: 'There is no model yet: put one into the models folder.',
  isDefault: 'default',
  withRefiner: 'with Refiner',
  steps: (steps: number, guidance: number, sampler: string) =>
    `${some(steps, 'step')}, guidance ${guidance}, ${sampler}`,
  sizes: (stepPx: number) => `sizes in steps of ${stepPx} px`,
}

export const stats = {
  title: (days: number) => (days === 1 ? 'The last 24 hours' : `The last ${days} days`),
  jobs: 'jobs',
  failures: 'failed',
  totals: (d: {
    jobs: number
    pictures: number
    people: number
    failures: number
    cancelled: number
    gpuSeconds: number
  }) =>
    [
      some(d.jobs, 'job'),
      some(d.pictures, 'picture'),
      some(d.people, 'person', 'people'),
      `${d.failures} failed`,
      `${d.cancelled} cancelled`,
      `${Math.round(d.gpuSeconds)} s of painting`,
    ].join(' · '),
  wait: (p50: number, p95: number) => `Waiting: half under ${duration(p50)}, 95 % under ${duration(p95)}`,
  run: (p50: number, p95: number) => `Painting: half under ${duration(p50)}, 95 % under ${duration(p95)}`,
  byPerson: 'By person',
  byModel: 'By model',
  upscales: 'upscales, without a model',
  byDevice: 'By device',
  devicesNow: 'Devices now',
  moreDevices: (count: number) => `and ${count} more`,
  row: (d: { name: string; jobs: number; pictures: number; failures: number; gpuSeconds: number }) =>
    `${d.name}: ${some(d.jobs, 'job')}, ${some(d.pictures, 'picture')}, ${d.failures} failed, ${Math.round(d.gpuSeconds)} s`,
  overTime: 'Jobs over time (UTC)',
}
