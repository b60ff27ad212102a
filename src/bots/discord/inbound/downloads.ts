/** Downloads attached pictures, from Discord's own file hosts only. */
import type { Attachment } from 'discord.js'
import { maxPictureBytes } from '../../../common/bounds.ts'
import type { ByteBudget } from '../../../net/byte-budget.ts'
import { type Download, download, downloadBudget, urlAmong } from '../../../net/download.ts'
import type { Clock } from '../../../system/ports.ts'

/** The data for downloading an attachment; its URL is signed and expires after a day. */
export interface GivenFile {
  url: string
  name: string
  sizeBytes: number
}

export function givenFile({ url, name, size }: Pick<Attachment, 'url' | 'name' | 'size'>): GivenFile {
  return { url, name, sizeBytes: size }
}

/** Whether Discord's content type is that of a picture; decoding decides whether it can be used. */
export function looksLikePicture({ contentType }: Pick<Attachment, 'contentType'>): boolean {
  return contentType === null || contentType.startsWith('image/')
}

export class Downloads {
  readonly #origins: ReadonlySet<string>
  readonly #budget: ByteBudget

  /** `apiUrl` has another host only for a proxy of Discord; files may come from that host too. */
  constructor(apiUrl: string, clock: Clock) {
    this.#budget = downloadBudget(clock)
    const { origin, hostname } = new URL(apiUrl)
    this.#origins = new Set([
      'https://cdn.discordapp.com',
      'https://media.discordapp.net',
      ...(hostname === 'discord.com' ? [] : [origin]),
    ])
  }

  async fetch({ url, sizeBytes }: Pick<GivenFile, 'url' | 'sizeBytes'>): Promise<Download> {
    if (sizeBytes > maxPictureBytes) return { kind: 'too-large' }
    const known = urlAmong(url, this.#origins)
    if (!known) return { kind: 'gone' }
    const fetched = await this.#budget.during(sizeBytes, () => download(known))
    return fetched ?? { kind: 'gone' }
  }
}
