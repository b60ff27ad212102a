/** English: the texts of the web chat alone. */

export const web = {
  lang: 'en',
  name: 'Easel',
  skip: { toField: 'Skip to the message field', toAnswer: 'Skip to the answer' },
  navLabel: 'Answers',
  feed: 'Conversation',
  earlier: 'Show earlier requests',
  guest: (tag: string) => `Guest ${tag}`,
  empty: {
    title: 'What shall we paint?',
    text: 'Describe a picture below. It appears here, with buttons to refine it, vary it and go on from it.',
  },
  composer: {
    label: 'What to paint',
    placeholder: '/imagine a red circle on a blue background',
    send: 'Paint',
    hint: 'Flags go at the end: --no, --ar 3:2, --n 4, --seed 7 … /help tells them all.',
    attach: 'Start from a picture',
    remove: 'Remove the picture',
    strength: 'Change amount',
    mask: 'Mask, white where it may change',
    guides: 'Pictures to follow',
  },
  result: {
    command: 'The same again',
    copy: 'Copy',
    copied: 'Copied',
    progress: 'Progress',
    preview: 'The picture so far',
    buttonsOf: (title: string) => `What to do with “${title}”`,
    open: 'Open in full size',
    download: 'Download',
    downloadNumber: (n: number) => `Download ${n}`,
    original: 'The original file, with its parameters',
  },
  announce: {
    done: (title: string) => `Ready: ${title}`,
    offline: 'The connection is gone; trying again …',
    notSent: 'The connection is gone. This is sent as soon as it is back.',
  },
  dialog: { close: 'Close', back: 'Back to the chat', onlyYou: 'Only you see this.' },
  remix: { title: 'Remix', prompt: 'Prompt, with flags at its end', send: 'Paint' },
  confirm: {
    title: (n: number) => `This makes ${n} separate requests`,
    yes: (n: number) => `Paint all ${n}`,
    again: (label: string) => `Please choose again: ${label}`,
  },
  done: {
    deleted: 'Deleted.',
    cancelled: 'Cancelled.',
    duplicate: 'That is already on its way.',
  },
  stats: { csv: 'Download as CSV', days: (n: number) => (n === 1 ? '1 day' : `${n} days`), period: 'Period' },
  refused: {
    host: (host: string) =>
      `Easel does not answer to the name “${host}”. Open it by the address that it printed at start; or, if this is its name, let whoever runs it add it to web.allowedHosts.`,
    /** `entry`: the entry that the setting lacks; empty if the request did not come from a page. */
    origin: (origin: string, entry: string, host: string) =>
      entry === ''
        ? 'This request did not come from Easel’s own page.'
        : `This request came from a page at ${origin}, and Easel was called ${host}. If that page is Easel’s, let whoever runs it add ${entry} to web.allowedHosts.`,
    large: (megabytes: number) => `That is too large; at most ${megabytes} MB.`,
    notPicture: 'That is not a picture that can be used. PNG, JPEG and WebP can.',
    onePicture: (name: string) => `One picture at a time: ${name} is taken.`,
    answered: (status: string) =>
      `Something between this page and Easel answered in its place (${status}). Reload the page and try again.`,
    largeForProxy:
      'Something between this page and Easel takes no files of that size (413). Choose a smaller one, or let whoever runs Easel raise the limit there.',
    fileGone: (name: string) =>
      `${name} cannot be read any more: it was changed, moved or deleted after it was chosen. Choose it again.`,
    busy: 'Too many pictures are being sent just now. Try again in a moment.',
    streams: 'Too many pages of Easel are open at your address. Close one and try again.',
    stalled: 'Your pictures stopped arriving. Send them again.',
    missing: 'There is nothing here.',
    method: 'This address cannot be opened in this way.',
    broken: 'Something went wrong inside Easel. It has been logged.',
    unreadable: 'That request could not be read. Reload the page and try again.',
  },
}
