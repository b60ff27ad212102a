/** English: what Discord and Slack say alike. */

export const chat = {
  remix: 'Remix',
  useAsSource: 'Use as source',
  form: {
    prompt: 'Prompt',
    promptHint: 'What to paint. Flags work here too, at the end.',
    negative: 'What should not be in it',
    aspect: 'Aspect ratio',
    usual: 'As usual',
    count: 'How many',
    model: 'Model',
    strength: 'How far to leave it, from 0 to 1',
    which: 'Which picture',
    numbered: (n: number) => `Picture ${n}`,
  },
  settings: {
    title: 'Your defaults',
    saved: 'Your defaults are saved.',
    size: 'Size',
    negative: 'What should never be in it',
  },
  confirm: {
    title: (n: number) => `This makes ${n} separate requests:`,
    yes: (n: number) => `Paint all ${n}`,
    more: (n: number) => `… and ${n} more`,
    tooLate: 'That was too long ago. Please ask again.',
  },
  forget: {
    title: 'This deletes all your prompts and pictures here, for good.',
    yes: 'Delete everything of mine',
    done: (n: number) => `Everything of yours is deleted: ${n === 1 ? '1 request' : `${n} requests`}.`,
  },
  replies: {
    cancelled: 'Cancelled.',
    deleted: 'Deleted.',
    unknownButton: 'That button is not one of mine.',
    noPicture: 'There is no picture in that message.',
    notMine: 'I know nothing about that picture: it is not one of mine, or it was changed since.',
    tooLarge: (megabytes: number) => `That file is too large; at most ${megabytes} MB.`,
    commandTooLong: 'The command is too long to show here; Remix starts from the same words.',
    unknownForm: 'That form is not one of mine. Please open it again.',
  },
}

export type Chat = typeof chat
