/** The content of a job's messages on Discord: texts in the person's language, files, notes on fallbacks. Pure. */
import type { FanOut } from '../../../app/delivery/courier.ts'
import type { JobView } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import {
  endMessage,
  fanOutCard,
  fanOutEnd,
  jobMessage,
  missingFiles,
  requestCard,
  standaloneMessage,
  withoutPictures,
  withoutUserText,
} from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import { detailsOf, type Shortfall } from './address.ts'
import type { Post } from './messages.ts'
import { hasPermission } from './permissions.ts'
import { render } from './render/render.ts'
import type { PackedPictures } from './uploads.ts'

/** The notes under a message, by their key in words/. */
export type NoteKey = Shortfall | 'wordless' | 'sentDirect' | 'undelivered' | 'tooLarge' | 'smaller'

/** Options of a post. */
export interface PostForm {
  /** A card above it shows the request. */
  hasCard?: boolean
  /** Notes for the reader. */
  notes?: readonly NoteKey[]
  /** The post has no user text, because Discord refused it. */
  isWordless?: boolean
  /** A small picture beside the text of a card. */
  thumbnail?: Post['files'][number] | undefined
  /** The pictures of the result are in another message, or in none. */
  isElsewhere?: boolean
}

export function wordsOf({ conversation }: JobView): Words {
  return wordsFor(detailsOf(conversation).locale)
}

export function notesOf(shortfall: Shortfall | undefined): NoteKey[] {
  return shortfall === undefined ? [] : [shortfall]
}

export class JobPosts {
  /** Guilds in which pictures are covered. */
  readonly #spoilerGuilds: readonly string[]

  constructor(spoilerGuilds: readonly string[]) {
    this.#spoilerGuilds = spoilerGuilds
  }

  /** The request card in the channel. */
  card(job: JobView, form: PostForm = {}, fanOut?: FanOut): Post {
    const files = form.thumbnail === undefined ? [] : [form.thumbnail]
    const words = wordsOf(job)
    const jobs = fanOut && jobsOf(fanOut).map(each => (form.isWordless ? withoutUserText(each) : each))
    return this.#post(job, shown => (jobs ? fanOutCard(jobs, words) : requestCard(shown, words)), form, files)
  }

  /** The placeholder, with the current preview. */
  progress(job: JobView, form: PostForm): Post {
    return this.#post(job, messageWith(form, job), form, previewOf(job))
  }

  /** The result, with its pictures if there are any. */
  result(job: JobView, packed: PackedPictures, form: PostForm): Post {
    // The note about responses only concerns people who still wait.
    const waited = form.notes?.filter(note => note !== 'answersOnly') ?? []
    const notes = [...waited, ...(packed.loss ? [packed.loss] : [])]
    const messageOf = messageWith(form, job)
    const shownOf = (shown: JobView) =>
      form.isElsewhere ? withoutPictures(messageOf(shown)) : messageOf(shown)
    const lost = form.isElsewhere ? [] : missingFiles(job, packed.files.length, wordsOf(job))
    return this.#post(job, shownOf, { ...form, notes }, packed.files, lost)
  }

  /**
   * The notice to the waiting person that the job has ended. It mentions nobody in a direct message, where the new message is
   * enough.
   */
  end(job: JobView, userId: string, fanOut?: FanOut): Post {
    const words = wordsOf(job)
    const mention = job.conversation.kind === 'direct' ? undefined : userId
    const message = fanOut ? fanOutEnd(jobsOf(fanOut), words) : endMessage(job, words)
    return { ...render(message, words, { mention }), files: [], pings: mention }
  }

  #post(
    job: JobView,
    messageOf: (shown: JobView) => Message,
    { notes = [], isWordless = false, thumbnail }: PostForm,
    files: Post['files'],
    lines: readonly string[] = [],
  ): Post {
    const words = wordsOf(job)
    const { places } = words.discord
    const message = isWordless ? { ...messageOf(withoutUserText(job)), command: undefined } : messageOf(job)
    const described = isWordless ? files.map(file => ({ ...file, altText: message.title })) : files
    const keys = [...notes, ...(isWordless ? ['wordless' as const] : [])]
    const isSpoiler = this.#spoilerGuilds.includes(job.conversation.spaceId)
    return {
      ...render(message, words, {
        files: described,
        isBeside: thumbnail !== undefined,
        isSpoiler,
        notes: [...keys.map(key => places[key]), ...lines],
      }),
      files: described,
    }
  }
}

function jobsOf({ members }: FanOut): JobView[] {
  return members.map(({ job }) => job)
}

function messageWith({ hasCard }: PostForm, { conversation }: JobView): (shown: JobView) => Message {
  const words = wordsFor(detailsOf(conversation).locale)
  return shown => (hasCard ? jobMessage(shown, words) : standaloneMessage(shown, words))
}

/** The current preview, if it may be shown. */
function previewOf(job: JobView): Post['files'] {
  const { preview, conversation } = job
  if (preview === undefined || !hasPermission(conversation, 'attach')) return []
  const isJpeg = preview[0] === 0xff && preview[1] === 0xd8
  const altText = jobMessage(job, wordsOf(job)).title
  return [{ fileName: `preview.${isJpeg ? 'jpg' : 'webp'}`, altText, bytes: preview }]
}
