/** What a job's messages hold on Discord: words in the person's language, files, notes on what could not be. Pure. */
import type { JobView } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { jobMessage, loneMessage, requestCard, withoutWords } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import { detailsOf, type Shortfall } from './address.ts'
import type { Post } from './messages.ts'
import { has } from './permissions.ts'
import { render } from './render.ts'
import type { Packed } from './uploads.ts'

/** Sentences under a message, by their key in words/. */
export type Note = Shortfall | 'wordless' | 'sentDirect' | 'undelivered'

/** How a post may differ from its usual form. */
export interface PostForm {
  /** A card above it says what was asked for. */
  hasCard?: boolean
  /** What the reader should know of the place. */
  notes?: readonly Note[]
  /** Without anything that a person wrote: Discord did not take that. */
  isWordless?: boolean
}

export function wordsOf({ conversation }: JobView): Words {
  return wordsFor(detailsOf(conversation).locale)
}

export function notesOf(shortfall: Shortfall | undefined): Note[] {
  return shortfall === undefined ? [] : [shortfall]
}

export class JobPosts {
  /** Guilds in which pictures are covered. */
  readonly #spoilerGuilds: readonly string[]

  constructor(spoilerGuilds: readonly string[]) {
    this.#spoilerGuilds = spoilerGuilds
  }

  /** The request card in the channel. */
  card(job: JobView, form: PostForm = {}): Post {
    return this.#post(job, shown => requestCard(shown, wordsOf(job)), form, [])
  }

  /** While the job is under way, with the picture so far. */
  progress(job: JobView, form: PostForm): Post {
    return this.#post(job, messageWith(form, job), form, previewOf(job))
  }

  /** How the job ended, with its pictures where there are any. */
  result(job: JobView, packed: Packed, form: PostForm): Post {
    // That answers are all there is concerns only who still waits.
    const notes = form.notes?.filter(note => note !== 'answersOnly') ?? []
    return this.#post(job, messageWith(form, job), { ...form, notes }, packed.files, packed.loss)
  }

  #post(
    job: JobView,
    messageOf: (shown: JobView) => Message,
    { notes = [], isWordless = false }: PostForm,
    files: Post['files'],
    loss?: Packed['loss'],
  ): Post {
    const words = wordsOf(job)
    const { places } = words.discord
    const message = isWordless ? { ...messageOf(withoutWords(job)), command: undefined } : messageOf(job)
    const said = isWordless ? files.map(file => ({ ...file, altText: message.title })) : files
    const keys = [...notes, ...(loss ? [loss] : []), ...(isWordless ? ['wordless' as const] : [])]
    const isSpoiler = this.#spoilerGuilds.includes(job.conversation.spaceId)
    return {
      ...render(message, words, { files: said, isSpoiler, notes: keys.map(key => places[key]) }),
      files: said,
    }
  }
}

function messageWith({ hasCard }: PostForm, { conversation }: JobView): (shown: JobView) => Message {
  const words = wordsFor(detailsOf(conversation).locale)
  return shown => (hasCard ? jobMessage(shown, words) : loneMessage(shown, words))
}

/** The picture so far, where it may be shown. */
function previewOf(job: JobView): Post['files'] {
  const { preview, conversation } = job
  if (preview === undefined || !has(conversation, 'attach')) return []
  const isJpeg = preview[0] === 0xff && preview[1] === 0xd8
  const altText = jobMessage(job, wordsOf(job)).title
  return [{ fileName: `preview.${isJpeg ? 'jpg' : 'webp'}`, altText, bytes: preview }]
}
