/** English: the texts that all chat platforms share. */
import type { PictureUse } from '../../app/resolve/request-pictures.ts'

/** Messages that are no prompts, in lower case and without punctuation. */
const smallTalk: Record<'greetings' | 'helpRequests' | 'cancelRequests', readonly string[]> = {
  greetings: [
    'hello',
    'hello there',
    'hello easel',
    'hey',
    'hey easel',
    'hi',
    'hi there',
    'hi easel',
    'good morning',
    'good evening',
    'thanks',
    'thank you',
  ],
  helpRequests: [
    'help',
    'help me',
    'help please',
    'help me please',
    'please help',
    'what can you do',
    'how does this work',
    'how do you work',
    'how do i use this',
    'commands',
    'start',
  ],
  cancelRequests: ['cancel', 'cancel it', 'cancel that', 'stop', 'stop it', 'stop that'],
}

export const chat = {
  smallTalk,
  remix: 'Remix',
  useAsSource: 'Use as source',
  form: {
    prompt: 'Prompt',
    promptHint: 'What to paint. Flags work here too, at the end.',
    /** At most 100 characters. */
    promptCut: 'This text is longer than a form holds, and is cut at its end.',
    negative: 'What should not be in it',
    aspect: 'Aspect ratio',
    /** The choice of no value, in a new request and in one that is derived from another. */
    usual: 'Default',
    unchanged: 'Unchanged',
    count: 'How many',
    lora: 'LoRA',
    model: 'Model',
    strength: 'Change amount (strength), 0 to 1',
    which: 'Which picture',
    numbered: (n: number) => `Picture ${n}`,
    style: 'Style',
    refiner: 'Refiner',
    refine: 'Let the Refiner finish the picture',
    yes: 'Yes',
    seed: 'Seed',
    seedHint: 'The same seed gives the same picture.',
    onlyMasked: 'Paint only the part around the mask, at full resolution',
    control: 'ControlNet',
    none: 'None',
    imagePrompt: 'Weight of the image prompt, from 0 to 2',
  },
  /** The uses of a picture in a request. */
  pictures: {
    source: 'Start from a picture',
    mask: 'Mask, white where it may change',
    controlPicture: 'Picture that the ControlNet follows',
    promptPicture: 'Picture as a prompt',
  } satisfies Record<PictureUse, string>,
  settings: {
    intro: 'Used whenever your request does not say otherwise.',
    save: 'Save',
    title: 'Your defaults',
    saved: 'Your defaults are saved.',
    size: 'Size',
    negative: 'What should never be in a picture',
  },
  confirm: {
    title: (n: number) => `This makes ${n} separate requests:`,
    yes: (n: number) => `Paint all ${n}`,
    more: (n: number) => `… and ${n} more`,
    tooLate: 'That was too long ago. Please ask again.',
  },
  /** The confirmation before a picture is deleted. */
  deletion: {
    title: 'Delete this?',
    text: 'The message and its pictures are deleted for everyone, for good.',
    yes: 'Delete',
    no: 'Keep',
  },
  replies: {
    cancelled: 'Cancelled.',
    deleted: 'Deleted.',
    unknownButton: 'That button is not one of mine.',
    noPicture: 'There is no picture in that message.',
    notMine: 'I do not know that picture: it is not one of mine, or it was changed afterwards.',
    formatOfParametersUnknown: (keywords: readonly string[]) =>
      `That picture is not one of mine. Its parameters are in a format that I do not know (${keywords.join(', ')}).`,
    commandTooLong: 'The command is too long to show here; Remix starts from the same text.',
    unknownForm: 'That form is not one of mine. Please open it again.',
  },
}
