/** English: the command line, and the messages of a server at start and stop. */
import type { ProblemDetails } from '../../app/problems.ts'
import type { CudaLack, DeviceReason, WebGpuLack } from '../../devices/choose-devices.ts'
import type { Gpu } from '../../devices/gpus.ts'
import { sizeOf } from '../amounts.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`

const card = ({ ordinal, name, memoryMib, driver }: Gpu) =>
  [
    `cuda:${ordinal} ${name}`,
    ...(memoryMib === undefined ? [] : [`${(memoryMib / 1024).toFixed(1)} GiB`]),
    `driver ${driver}`,
  ].join(', ')

const cudaLack = (cuda: CudaLack) => {
  switch (cuda.lack) {
    case 'driver':
      return 'NVIDIA’s driver does not answer (nvidia-smi)'
    case 'cards':
      return 'NVIDIA’s driver shows no card'
    case 'libraries':
      return `CUDA does not come up on ${cuda.cards.map(card).join('; ')}`
  }
}

const webGpuLack = (webgpu: WebGpuLack) =>
  webgpu.lack === 'adapter' ? 'there is no graphics adapter for WebGPU' : 'WebGPU does not come up'

export const cli = {
  about: 'Paints SDXL pictures for Discord, Slack, a web chat and the command line.',
  commands: {
    serve: 'run the bot: web chat, and Discord and Slack where their tokens are set',
    imagine: 'paint a picture from words, e.g. easel imagine "a red circle --seed 7" -o out.png',
    refine: 'let the Refiner finish a picture',
    upscale: 'make a picture two or four times as large',
    info: 'show how a picture was made, and the command that makes it again',
    models: 'list the models in the models folder',
    devices: 'show what is painted on and why, and whether it comes up',
    doctor: 'check this machine, the configuration and the models',
    stats: 'show who painted how much',
    worker: 'lend this machine’s devices to an Easel on another one',
    migrate: 'bring the database up to date',
  },
  options: {
    lock: 'pin every model to what it is now: writes models.lock into the models folder',
    config: 'a YAML file merged over the defaults',
    output: 'where to write the picture; sets write NAME-1.png, NAME-2.png …; - is standard output',
    init: 'a picture to start from',
    mask: 'paint anew only where this picture is white',
    controlPicture: 'what a --control looks at; several are taken in order',
    promptPicture: 'a picture as a prompt, for --image-prompt; several are taken in order',
    strength: 'how much to change, 0 to 1',
    steps: 'number of steps',
    guidance: 'how closely to follow the prompt',
    score: 'aesthetic score to aim at, 0 to 10',
    seed: 'start of the random numbers',
    prompt: 'other words than those the picture was made with',
    factor: 'how many times as large: 2 or 4',
    days: 'how many days back to count',
    csv: 'as comma-separated values',
  },
  /** `parts`: the parts of the help that commander writes. */
  help: {
    parts: {
      'Usage:': 'Usage:',
      'Options:': 'Options:',
      'Commands:': 'Commands:',
      '[options]': '[options]',
      '[command]': '[command]',
    },
    withDefault: (description: string, value: string | number) => `${description} (default: ${value})`,
    help: 'display help for command',
    version: 'output the version number',
  },
  /** Refusals of a command line, by commander's codes. */
  refusals: {
    unknownCommand: (name: string, nearest: readonly string[]) =>
      `There is no command ${name}. ${nearest.length === 0 ? 'easel --help lists them all.' : `Did you mean ${nearest.join(' or ')}?`}`,
    unknownOption: (option: string, nearest: readonly string[], help: string) =>
      `There is no option ${option} here. ${nearest.length === 0 ? `Options go after the command; ${help} shows how it is written.` : `Did you mean ${nearest.join(' or ')}?`}`,
    missingArgument: (name: string, help: string) =>
      `The argument <${name}> is missing. ${help} shows how it is written.`,
    optionMissingArgument: (option: string, help: string) =>
      `The value of the option ${option} is missing. ${help} shows how it is written.`,
    excessArguments: (expected: number, found: number, help: string) =>
      `There are too many arguments: ${found}, where ${expected === 0 ? 'none is' : `${expected} ${expected === 1 ? 'is' : 'are'}`} expected. ${help} shows how it is written.`,
    invalidArgument: (option: string, value: string, reason: string) =>
      `“${value}” is no value of the option ${option}. ${reason}`,
    other: 'The command cannot be read. easel --help shows how it is written.',
  },
  flagsHelp: 'Flags, the same as in the chat, after the prompt:',

  // A server's start and stop.
  adapterOn: (name: string) => `${name}: on`,
  adapterAt: (name: string, url: string) => `${name}: on, at ${url}`,
  adapterOff: (name: string, reason: string) => `${name}: off (${reason})`,
  adapterConnecting: (name: string) => `${name}: connecting; it cannot be reached yet, and is tried again`,
  switchedOff: (setting: string) => `${setting} is false`,
  secretsMissing: (names: readonly string[]) =>
    `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set`,
  adapterNames: { web: 'Web chat', discord: 'Discord', slack: 'Slack', cli: 'Command line' },
  modelsReady: (names: readonly string[]) => `Models: ${names.join(', ')}`,
  deviceReason: (reason: DeviceReason) => {
    switch (reason.why) {
      case 'configured':
        return 'Devices are those of the configuration.'
      case 'cuda':
        return `Every CUDA card is used: ${reason.cards.map(card).join('; ')}.`
      case 'webgpu':
        return `WebGPU is used, because ${cudaLack(reason.cuda)}.`
      case 'cpu':
        return `The CPU is used, because ${cudaLack(reason.cuda)}, and ${webGpuLack(reason.webgpu)}.`
    }
  },
  card,
  devicesReady: (names: readonly string[]) =>
    names.length === 0 ? 'Devices: those of other machines alone' : `Devices: ${names.join(', ')}`,
  stopping: (graceMs: number) =>
    `Stopping: what is being painted has ${seconds(graceMs)} to finish. A second signal stops at once.`,
  stopped: 'Stopped. What is still queued goes on at the next start.',
  stoppedAtOnce: 'Stopped at once. What was being painted is painted again at the next start.',

  // Painting.
  step: (step: number, steps: number) => `step ${step} of ${steps}`,
  loading: (model: string) => `loading ${model} …`,
  saved: (file: string, widthPx: number, heightPx: number, seed: number | undefined) =>
    `${file}  ${widthPx}×${heightPx}${seed === undefined ? '' : `  seed ${seed}`}`,
  took: (ms: number) => `done in ${seconds(ms)}`,
  formatUnknown: (extension: string) => `Pictures are written as .png, .webp or .jpg, not as ${extension}.`,
  onePictureOnly: (file: string, count: number) => `${file} takes one picture, and this makes ${count}.`,
  interrupted: 'Stopped before the picture was finished; nothing was written.',

  // Refusals of the command line itself.
  /** Replace the chat's sentences. */
  problems: {
    'prompt-empty': () =>
      'Say what to paint, e.g. easel imagine "a red circle on a blue background". Words that begin with a dash go after --.',
    'flag-unknown': ({ flag, nearest }: ProblemDetails['flag-unknown']) =>
      `There is no flag ${flag}. ${nearest === undefined ? 'easel imagine --help lists them all.' : `Did you mean ${nearest}?`}`,
    'flag-of-midjourney': ({ flag, nearest }: ProblemDetails['flag-of-midjourney']) =>
      `${flag} is Midjourney’s and unknown here. ${nearest === undefined ? 'Leave it out.' : `What comes nearest is ${nearest}; easel imagine --help tells what it does.`}`,
  },
  useFiles:
    '--source, --mask and @ID name pictures of the chat. On the command line, give files with --init, --mask, --control-picture and --prompt-picture.',
  notAPicture: (file: string) => `${file} is not a PNG, JPEG or WebP picture.`,
  noParameters: (file: string) => `${file} does not say how it was made.`,
  formatOfParametersUnknown: (file: string, keywords: readonly string[]) =>
    `${file} says something in a format that Easel does not know (${keywords.join(', ')}).`,
  unknownMaking: (file: string) => `${file} does not say how it was made; name the prompt with --prompt.`,
  notANumber: 'It must be a number.',

  // info
  again: 'The same picture again:',
  againFromSource: (id: string) => `(FILE is the picture that it started from, whose sha256 is ${id}.)`,
  againUnderMask: (id: string) => `(MASK is its mask, whose sha256 is ${id}.)`,
  againUnderControl: (name: string, file: string, id: string) =>
    `(${file} is what the ControlNet ${name} looked at, whose sha256 is ${id}.)`,
  againByPrompt: (file: string, id: string) => `(${file} is the picture prompt, whose sha256 is ${id}.)`,
  otherModel: (name: string) => `The model ${name} of this machine is not the one that painted it.`,
  writtenBy: (program: string) => `(as ${program} writes it)`,
  aiMade: 'marked as made by a model',
  notMarked: 'not marked as made by a model',

  // models
  model: (name: string, facts: string) => `${name}  ${facts}`,
  modelFacts: (sidePx: number, stepPx: number, refiner: boolean) =>
    `${sidePx}×${sidePx}, sizes in steps of ${stepPx}${refiner ? ', with Refiner' : ''}`,
  refiner: 'Refiner',
  fileKinds: {
    lora: 'LoRA',
    embedding: 'embedding',
    vae: 'VAE',
    controlnet: 'ControlNet',
    'ip-adapter': 'IP-Adapter',
    'image-encoder': 'image encoder',
    upscaler: 'upscaler',
  },
  fileFacts: (family: string, storage: { bytes: number; dtypes: readonly string[] }, hash: string) =>
    `${family}, ${storage.dtypes.join(' + ')}, ${sizeOf(storage.bytes)}, ${hash}`,
  ofNoUse: (count: number) =>
    `${count === 1 ? 'One file' : `${count} files`} in the models folders cannot be used by Easel; easel models names them.`,
  isDefault: '(default)',
  readingThrough: (file: string, bytes: number) =>
    `Reading ${file} through once (${sizeOf(bytes)}), to know it again …`,
  readingWeights: (file: string, bytes: number) =>
    `Reading ${file} through (${sizeOf(bytes)}), to see whether it is damaged …`,
  makingWeights: {
    int8: (model: string, file: string, bytes: number) =>
      `Writing ${model}’s weights in 8 bits to ${file} (${sizeOf(bytes)}), once …`,
    mapped: (model: string, file: string, bytes: number) =>
      `Writing ${model}’s weights in float32 to ${file} (${sizeOf(bytes)}), once …`,
  },
  fitsIn8Bits: (model: string) => `With “weights: int8” in its settings in the configuration, ${model} fits.`,
  locked: (file: string, count: number) => `${file} pins ${count === 1 ? 'one model' : `${count} models`}.`,
  noModels: (folder: string) => `There is no model in ${folder}.`,

  // doctor
  checks: {
    node: 'Node',
    runtime: 'ONNX Runtime',
    database: 'SQLite',
    images: 'sharp',
    config: 'Configuration',
    data: 'Data folder',
    models: 'Models',
    device: 'Device',
    adapters: 'Chat platforms',
    redis: 'Redis',
    store: 'Store',
  },
  states: { fine: 'ok', wrong: 'WRONG', off: 'off' },
  nodeTooOld: (found: string, needed: string) => `${found} is too old; ${needed} or newer is needed`,
  /** `quoted`: the loader’s own message, which names the library. */
  nativeMissing: (quoted: string) => `cannot be loaded (“${quoted}”); run npm ci again`,
  defaultsOnly: 'the defaults',
  dataFree: (folder: string) => `${folder} can be written`,
  dataInUse: (folder: string, pid: number) => `${folder} is in use by process ${pid}, which is running`,
  databaseSound: (pictures: number) =>
    pictures === 1
      ? 'the database is sound, with 1 picture'
      : `the database is sound, with ${pictures} pictures`,
  databaseDamaged: (file: string) => `${file} is damaged; put a good copy back`,
  picturesMissing: (missing: number, pictures: number) =>
    `the files of ${missing} of ${pictures} pictures are missing`,
  resultsUndelivered: (results: number) =>
    results === 1
      ? '1 result reached nobody: every way to show it was refused (the log says why)'
      : `${results} results reached nobody: every way to show them was refused (the log says why)`,
  filesUnknown: (files: number) =>
    files === 1
      ? 'the database does not know 1 file in the pictures folder'
      : `the database does not know ${files} files in the pictures folder`,
  portFree: (host: string, port: number) => `${host}:${port} is free`,
  portOurs: (host: string, port: number) => `${host}:${port} is taken by the running Easel`,
  weightsSound: (name: string, files: number) =>
    files === 1
      ? `${name}: its cache file of weights is sound`
      : `${name}: its ${files} cache files of weights are sound`,
  modelFine: (name: string, ms: number) => `${name} paints (${seconds(ms)})`,
  defaultMissing: (name: string, known: readonly string[]) =>
    `defaultModel is ${name}, which is not there; known: ${known.join(', ') || 'none'}`,
  storeFine: (host: string) => `${host} can carry results from other machines`,
  redisFine: (host: string) => `${host} can carry work to other machines`,
  healthy: 'Everything is in order.',
  unhealthy: (problems: number) => (problems === 1 ? 'One thing is wrong.' : `${problems} things are wrong.`),

  // stats
  daysPositive: '--days must be more than 0.',
  noDatabase: (file: string) => `There is no ${file} yet.`,
  olderSchema: (file: string, found: number, known: number) =>
    `${file} was written by an older Easel (schema ${found}, this one has ${known}). Run easel migrate, or start the server.`,

  // migrate
  upToDate: (file: string) => `${file} is up to date.`,
}
