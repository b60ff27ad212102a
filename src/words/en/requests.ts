/** English: the flags of requests, and the problems of requests. */

import type { LimitedText } from '../../app/checks/text-limits.ts'
import type {
  FlagExpectation,
  ForeignMark,
  ProblemCode,
  ProblemDetails,
  RefinerMismatch,
} from '../../app/problems.ts'
import { megabytes } from '../amounts.ts'
import { excerpt } from '../excerpt.ts'
import { moment } from '../moment.ts'
import { errors } from './errors.ts'
import { fileReason } from './reasons/model.ts'
import { pictureRefusal } from './reasons/picture.ts'
import { storageReason } from './reasons/system.ts'

const list = (names: readonly string[]) => names.join(', ')
const known = (names: readonly string[]) =>
  names.length === 0 ? 'There are none.' : `Known: ${list(names)}.`

const refinerParts: Record<RefinerMismatch, string> = {
  vae: 'VAE',
  'text-encoder-2': 'second text encoder',
}

/** One line of help per flag. */
export const flags = {
  no: 'what should not be in the picture',
  prompt2: 'another text for the second text encoder',
  ar: 'aspect ratio, e.g. 3:2',
  size: 'size in pixels, e.g. 1024x768',
  n: 'how many pictures',
  seed: 'start of the random numbers: the same seed gives the same picture',
  steps: 'number of steps: more is finer and slower',
  cfg: 'how closely to follow the prompt',
  rescale: 'guidance rescale, 0 to 1: tames strong guidance',
  interval: 'part of the steps in which guidance runs, e.g. 0:0.8',
  sampler: 'how steps are taken',
  sigmas: 'how noise levels are spread',
  spacing: 'how steps are spread',
  schedule: 'a schedule of noise levels, e.g. sgm_uniform, simple or ays',
  churn: 'noise added before each step of Euler, Heun or DPM2',
  eta: 'noise drawn anew at each step, 0 to 1',
  preset: 'settings for few-step models, e.g. turbo',
  model: 'which model paints',
  vae: 'a VAE in place of the model’s own',
  lora: 'LoRAs with their weights, e.g. style:0.8; repeat the flag or put ; between several',
  style: 'a named style',
  'clip-skip': 'text encoder layers to skip',
  syntax: 'how marks in the prompt are read: a1111, comfyui, or easel (the first rule)',
  source: 'start from one of Easel’s pictures, by its id',
  mask: 'paint anew only where this picture is white, by its id',
  strength: 'how much of the source picture may change, 0 (nothing) to 1',
  'only-masked': 'paint only the part around the mask, at full resolution, with so many pixels of padding',
  'soft-edge': 'pixels along the mask’s edge over which old and new are mixed',
  'paste-back': 'off: leave what the mask keeps as the model gives it back',
  control: 'follow a picture by a ControlNet, e.g. canny:0.8:0-0.6',
  'image-prompt': 'take a picture as a prompt, by an IP-Adapter, e.g. 0.6',
  refine: 'let the Refiner finish the picture',
  'refine-strength': 'how far the Refiner may change the finished picture, 0 to 1',
  'refine-steps': 'steps of the Refiner’s pass over the finished picture',
  'refine-split': 'where in an ensemble the Refiner takes over, e.g. 0.8',
  'refine-cfg': 'how closely the Refiner follows the prompt',
  'refine-score': 'aesthetic score that the Refiner aims at, 0 to 10',
  fast: 'faster, slightly different',
  repeat: 'the same again as separate jobs',
}

export const expectations: { readonly [Kind in FlagExpectation]: string } = {
  text: 'some text',
  'whole-number': 'a whole number',
  number: 'a number',
  ratio: 'a ratio such as 3:2',
  size: 'a size such as 1024x768',
  interval: 'two rising fractions such as 0:0.8',
  'on-off': 'nothing, on or off',
  'on-or-off': 'on or off',
  refine: 'nothing, ensemble, after or off',
  sigmas: 'plain, karras, exponential or beta',
  spacing: 'leading, trailing or linspace',
  syntax: 'a1111, comfyui or easel',
  padding: 'nothing, a number of pixels or off',
  control:
    'the name of a ControlNet, and behind colons its scale, from-to, map, canny, tile or blur, guess and @ID of a picture',
  'image-prompt': 'a scale, the name of an IP-Adapter and @ID of a picture, between colons',
  loras: 'names of LoRAs, each with a weight or two behind colons, with ; between them',
  'picture-id': 'the id of a picture',
}

const texts: { readonly [Field in LimitedText]: string } = {
  command: 'The command',
  prompt: 'The prompt',
  prompt2: 'The second prompt',
  negative: 'What should not be in the picture',
  model: 'The model’s name',
  vae: 'The VAE’s name',
  sampler: 'The sampler’s name',
  schedule: 'The schedule’s name',
  preset: 'The preset’s name',
  style: 'The style’s name',
  loras: 'The LoRA’s name',
  controls: 'The ControlNet’s name',
  imagePrompts: 'The IP-Adapter’s name',
  id: 'The id',
}

/** Notices about other programs' markup, which is treated as text. */
const foreign: Record<ForeignMark, (written: string) => string> = {
  and: () => '“AND” is painted as a word: prompts are not combined here.',
  'double-colon': written => `“${written}” is painted as text: a weight is written as (cat:1.2) here.`,
  flag: written => `“${written}” is painted as text: there is no such flag.`,
  'decimal-comma': written =>
    `“${written}” is painted as text: a weight has a decimal point, as in (cat:1.2).`,
  break: () => '“BREAK” is painted as a word: it belongs to A1111’s rule (--syntax a1111).',
  schedule: written => `“${written}” is painted as text: it belongs to A1111’s rule (--syntax a1111).`,
  network: written => `“${written}” is painted as text: it belongs to A1111’s rule (--syntax a1111).`,
  unscheduled: written =>
    `“${written}” is painted as text: [cat:dog:0.5] and [a|b] are not mixed in one bracket, and no other “|” stands beside them.`,
  regions: written => `“${written}” is painted as a word: a picture is not divided into regions here.`,
  braces: written =>
    `“${written}” is painted as text: alternatives are written as {red, blue}, a weight as (cat:1.2).`,
  'plus-minus': written => `“${written}” is painted as text: a weight is written as (cat:1.2) here.`,
  wildcard: written =>
    `“${written}” is painted as text: a wildcard is the name of one list here, as in __colour__.`,
  // A link that is quoted would be a link again in a chat.
  link: () => 'A link in the prompt is painted as text: links are not opened; give the picture itself.',
  'settings-text': written =>
    `“${written}” is painted as text: settings are given as flags, such as --no and --steps.`,
}

type ProblemWords = { [Code in ProblemCode]: (details: ProblemDetails[Code]) => string }

export const problems: ProblemWords = {
  'prompt-empty': () => 'Say what to paint, e.g. /imagine a red circle on a blue background.',
  'text-too-long': d => {
    const length = typeof d.length === 'number' ? d.length : `more than ${d.length.moreThan}`
    return `${texts[d.field]} has ${length} characters; at most ${d.limit} are allowed.`
  },
  'bracket-unclosed': d => `A “${d.bracket}” in the prompt is never closed: it applies up to the end.`,
  'bracket-stray': d => `A “${d.bracket}” in the prompt closes nothing: it is taken as text.`,
  'weight-limited': d => `A weight in the prompt is out of range: ${d.used} is used.`,
  'prompt-foreign': d => foreign[d.what](excerpt(d.written)),
  'network-unused': d =>
    `“<${excerpt(d.type)}:${excerpt(d.name)}>” is left out: there is nothing of that kind here.`,
  'embedding-unknown': d =>
    `There is no embedding “${excerpt(d.name)}”.${d.nearest.length === 0 ? '' : ` Similar: ${list(d.nearest)}.`}`,
  'embedding-width': d =>
    `The embedding ${d.name} is ${d.width} values wide and does not fit this model, whose text encoders are ${d.expected.join(' and ')} wide.`,
  'fan-out': d =>
    `That would be ${d.count > 1e6 ? 'millions of' : d.count} jobs; at most ${d.limit} can be asked for at once.`,
  'wildcard-unknown': d => `There is no wildcard list “${excerpt(d.name)}”. ${known(d.known)}`,
  'wildcard-endless': d =>
    `The wildcard list “${excerpt(d.name)}” never ends: each of its lines names a list again.`,
  'flag-unknown': d =>
    `There is no flag ${excerpt(d.flag)}.${d.nearest === undefined ? ' /help lists them all.' : ` Did you mean ${d.nearest}?`}`,
  'flag-of-midjourney': d =>
    `${d.flag} is Midjourney’s and unknown here. ${d.nearest === undefined ? 'Leave it out.' : `The closest flag is ${d.nearest}; /help tells what it does.`}`,
  'flags-more': () => 'More flags are wrong; these are the first.',
  'flag-value': d =>
    d.value === ''
      ? `${d.flag} needs ${expectations[d.expected]}.`
      : `${d.flag} takes ${expectations[d.expected]}, not “${excerpt(d.value)}”.${d.isField || !/\s/.test(d.value) ? '' : ' (Flags go after the prompt.)'}`,
  'option-value': d =>
    d.value === ''
      ? `${d.usage} needs ${expectations[d.expected]}.`
      : `${d.usage} takes ${expectations[d.expected]}, not “${excerpt(d.value)}”.`,
  'command-words': d => `${d.usage} takes nothing after it, not “${excerpt(d.words)}”.`,
  'flag-repeated': d => `${d.flag} is given more than once.`,
  'flag-overridden': d =>
    `${d.flag} is given twice: ${d.used === undefined ? 'the attached picture' : `“${excerpt(d.used)}”`} is used, and “${excerpt(d.dropped)}” in the prompt is left out.`,
  'out-of-range': d => `${d.name} is ${d.value}, but must be from ${d.min} to ${d.max}.`,
  'size-step': d =>
    `This model paints sizes in steps of ${d.stepPx} pixels: ${d.widthPx}×${d.heightPx} is not one of them; the nearest is ${d.nearestWidthPx}×${d.nearestHeightPx}.`,
  'aspect-and-size': d => `${d.aspect} and ${d.size} are different shapes: leave one of them out.`,
  'memory-too-small': d => errors['memory-too-small'](d),
  'size-range': d =>
    `${d.widthPx}×${d.heightPx} is outside of what can be painted: ${d.minPx} to ${d.maxPx} pixels a side.`,
  'sampler-unknown': d =>
    `There is no sampler “${excerpt(d.name)}”.${d.nearest.length === 0 ? '' : ` Similar: ${list(d.nearest)}.`}`,
  'schedule-unknown': d =>
    `There is no schedule “${excerpt(d.name)}”.${d.nearest.length === 0 ? '' : ` Similar: ${list(d.nearest)}.`}`,
  'schedule-unsupported': d =>
    `${d.sampler} has steps of its own and takes no schedule such as ${d.schedule}: leave that out, or choose another sampler.`,
  'sampler-unsupported': d =>
    `The model ${d.model} was trained with another kind of noise (EDM) than ${d.sampler} can go through: choose another sampler.`,
  'scheduler-not-built': d =>
    d.key === undefined
      ? `The scheduler of the model ${d.model}, ${d.className}, is not built: ${d.sampler} is used.`
      : `The scheduler of the model ${d.model}, ${d.className}, is not built with this ${d.key}: ${d.sampler} is used.`,
  'zero-snr-unused': d =>
    `The model ${d.model} was made for noise that ends at zero signal; ${d.sampler} does not go that far.`,
  'flag-unused': d => `${d.sampler} does not use ${d.flag}.`,
  'preset-unknown': d => `There is no preset “${excerpt(d.name)}”. ${known(d.known)}`,
  'model-unknown': d => `There is no model “${excerpt(d.name)}”. ${known(d.known)}`,
  'vae-unknown': d => `There is no VAE “${excerpt(d.name)}”. ${known(d.known)}`,
  'vae-unfit': d =>
    `The VAE “${d.vae}” is for latents of ${d.found} channels, and “${d.model}” has ${d.expected}.`,
  'lora-unknown': d => `There is no LoRA “${excerpt(d.name)}”. ${known(d.known)}`,
  'lora-weight': d =>
    `The LoRA ${excerpt(d.name)} needs a number as its weight, or two, not “${excerpt(d.written)}”.`,
  'lora-unfit': d => `The LoRA ${d.lora} does not fit the model ${d.model}: ${fileReason(d.problem)}.`,
  'lora-partly': d =>
    `${d.unmatched} of the ${d.modules} modules of the LoRA ${d.lora} are not the model’s and are left out: ${d.examples.map(one => excerpt(one)).join(', ')}${d.unmatched > d.examples.length ? ' …' : ''}.`,
  'lora-embeddings': d =>
    `The file of the LoRA ${d.lora} also has embeddings, which Easel does not use: ${d.embeddings.map(one => excerpt(one)).join(', ')}. They work as files of their own.`,
  'lora-in-negative': d =>
    `The LoRA ${excerpt(d.name)} is named in what should not be in the picture and left out: LoRAs belong in the prompt.`,
  'style-unknown': d => `There is no style “${excerpt(d.name)}”. ${known(d.known)}`,
  'refine-flag': d => `${d.flag} goes with --refine ${d.way}.`,
  'no-refiner': d => `There is no Refiner beside the model ${d.model}.`,
  'refiner-mismatch': d =>
    `The Refiner ${d.refiner} does not belong to ${d.model}: another ${refinerParts[d.what]}.`,
  'strength-too-low': d =>
    `With strength ${d.strength} and ${d.steps} steps no step would run; use at least ${d.minimum}.`,
  'picture-refused': d => pictureRefusal(d.problem),
  'picture-not-fetched': d => {
    switch (d.why) {
      case 'gone':
        return 'That picture could not be fetched. Please send it again.'
      case 'forbidden':
        return 'Easel lacks the permission to read files here. An admin has to install it again with all permissions.'
      case 'too-large':
        return `That file is too large; at most ${megabytes(d.limitBytes)}.`
      case 'not-a-picture':
        return pictureRefusal({ what: 'not-a-picture' })
    }
  },
  'picture-shrunk': d => `The picture of ${d.from} was made smaller, to ${d.to}.`,
  'mask-resized': d => `The mask of ${d.mask} was stretched over the picture of ${d.picture}.`,
  'fast-left-out': () => '--fast does not go with ControlNets and image prompts: it is left out.',
  'mask-flag': d => `${d.flag} needs a mask.`,
  'control-unknown': d => `There is no ControlNet “${excerpt(d.name)}”. ${known(d.known)}`,
  'control-unfit': d => `The ControlNet ${d.control} was not made for models like ${d.model}.`,
  'control-without-picture': d => `The ControlNet ${d.control} needs a picture to follow.`,
  'control-unnamed': d => `Name the ControlNet that is to follow the picture. ${known(d.known)}`,
  'pictures-unused': d => `${d.given} pictures came for ${d.flag}, which takes ${d.taken}.`,
  'image-prompt-unknown': d =>
    d.name === undefined
      ? 'A picture as a prompt needs an IP-Adapter with its image encoder, and there is none in the models folder.'
      : `There is no IP-Adapter “${excerpt(d.name)}”. ${known(d.known)}`,
  'image-prompt-unfit': d => `The IP-Adapter ${d.adapter} was not made for models like ${d.model}.`,
  'image-prompt-without-picture': () => 'An image prompt needs a picture.',
  'mask-without-source': () => 'A mask needs a source picture to go with it.',
  'strength-without-source': () => 'A strength needs a source picture to go with it.',
  'source-private': () =>
    'This began from a picture that is its author’s own: leave its strength and its mask as they are, or give a source of yours.',
  'no-recipe': () => 'Easel does not know how that picture was made, so it cannot go on from it that way.',
  'model-changed': d =>
    `The model ${d.model} is not the same as it was when that picture was painted, so the result will differ.`,
  'picture-unknown': () => 'There is no picture with that id here.',
  'picture-gone': () =>
    'That picture is not here any more: it was deleted, or is older than pictures are kept.',
  'job-unknown': () =>
    'That request is not here any more: it was deleted, or is older than requests are kept.',
  'already-running': () => 'That is already being painted.',
  'not-finished': () => 'That is still being made: it can be shown once it is done.',
  'already-finished': () => 'That is already finished.',
  'cancel-not-stored': d =>
    `The painting is stopped, but Easel cannot store that yet: ${storageReason(d.problem)}. Should Easel restart before it can, it paints this again.`,
  'not-yours': () => 'Only the person who asked for it, or a moderator, may do that.',
  'admins-only': d =>
    `Only admins may do that. Whoever runs Easel can add you to “admins” in its configuration, as ${d.name}.`,
  'quota-used': d => {
    const whose = { person: 'your', address: 'your network’s', space: 'this place’s' }[d.whose]
    const quota = `${d.limit} pictures per ${d.perHours} hours`
    const left =
      d.left === 0
        ? `${capitalise(whose)} ${quota} are used up`
        : `${d.left} of ${whose} ${quota} are left, and this asks for ${d.wanted}`
    return d.nextAt === undefined
      ? `${left}; so many at once are never possible.`
      : `${left}; this is possible at ${moment(d.nextAt)}.`
  },
  'queue-full': d => `The queue is full (${d.limit} jobs). Try again when some of it is done.`,
  'shutting-down': () => 'Easel is being restarted. Try again in a moment.',
}

function capitalise(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
