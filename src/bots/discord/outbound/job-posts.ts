/** What a job's messages hold on Discord: words in the person's language, files, notes on what could not be. Pure. */
import type { JobView } from '../../../app/views.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { jobMessage, loneMessage, requestCard } from '../../messages/job-message.ts'
import type { Message } from '../../messages/message.ts'
import { type DiscordAddress, detailsOf, type Shortfall } from './address.ts'
import type { Post } from './messages.ts'
import { has } from './permissions.ts'
import { render } from './render.ts'
import type { Packed } from './uploads.ts'

export function wordsOf({ conversation }: JobView): Words {
  return wordsFor(detailsOf(conversation).locale)
}

/** The card in the channel. */
export function cardOf(job: JobView): Post {
  const words = wordsOf(job)
  return { ...render(requestCard(job, words), words), files: [] }
}

export class JobPosts {
  /** Guilds in which pictures are covered. */
  readonly #spoilerGuilds: readonly string[]

  constructor(spoilerGuilds: readonly string[]) {
    this.#spoilerGuilds = spoilerGuilds
  }

  /** Under a card, while the job is under way. */
  inThread(job: JobView): Post {
    return this.#post(job, jobMessage(job, wordsOf(job)), [], previewOf(job))
  }

  /** The same with no card above it. */
  waiting(job: JobView, shortfall: Shortfall | undefined): Post {
    return this.#post(job, loneMessage(job, wordsOf(job)), notesOf(job, shortfall), previewOf(job))
  }

  placeholder(job: JobView, address: DiscordAddress): Post {
    return address.card === undefined ? this.waiting(job, address.shortfall) : this.inThread(job)
  }

  /** What the placeholder becomes. */
  final(job: JobView, address: DiscordAddress, packed: Packed): Post {
    if (address.card === undefined) return this.result(job, address.shortfall, packed)
    return this.#post(job, jobMessage(job, wordsOf(job)), lossOf(job, packed), packed.files)
  }

  /** The same with no card above it. */
  result(job: JobView, shortfall: Shortfall | undefined, packed: Packed): Post {
    const lasting = shortfall === 'answersOnly' ? undefined : shortfall
    const notes = [...notesOf(job, lasting), ...lossOf(job, packed)]
    return this.#post(job, loneMessage(job, wordsOf(job)), notes, packed.files)
  }

  #post(job: JobView, message: Message, notes: string[], files: Post['files']): Post {
    const isSpoiler = this.#spoilerGuilds.includes(job.conversation.spaceId)
    return { ...render(message, wordsOf(job), { files, isSpoiler, notes }), files }
  }
}

function notesOf(job: JobView, shortfall: Shortfall | undefined): string[] {
  return shortfall === undefined ? [] : [wordsOf(job).discord.places[shortfall]]
}

function lossOf(job: JobView, { loss }: Packed): string[] {
  return loss === undefined ? [] : [wordsOf(job).discord.places[loss]]
}

/** The picture so far, where it may be shown. */
function previewOf(job: JobView): Post['files'] {
  const { preview, conversation } = job
  if (preview === undefined || !has(conversation, 'attach')) return []
  const isJpeg = preview[0] === 0xff && preview[1] === 0xd8
  const altText = jobMessage(job, wordsOf(job)).title
  return [{ fileName: `preview.${isJpeg ? 'jpg' : 'webp'}`, altText, bytes: preview }]
}
