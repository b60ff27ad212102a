/** Fetches pictures that people attached, from Discord's own file hosts and nowhere else. */
import type { Attachment } from 'discord.js'
import type { ByteBudget } from '../../../net/byte-budget.ts'
import { type Download, download, downloadBudget, maxDownloadBytes, urlAmong } from '../../../net/download.ts'
import type { Clock } from '../../../ports.ts'

/** What is fetched of an attachment; the address is signed and lives for a day. */
export interface GivenFile {
  url: string
  name: string
  sizeBytes: number
}

export function givenFile({ url, name, size }: Pick<Attachment, 'url' | 'name' | 'size'>): GivenFile {
  return { url, name, sizeBytes: size }
}

/** By what Discord took it for; whether it can be used is found out when it is decoded. */
export function looksLikePicture({ contentType }: Pick<Attachment, 'contentType'>): boolean {
  return contentType === null || contentType.startsWith('image/')
}

export class Downloads {
  readonly #origins: ReadonlySet<string>
  readonly #budget: ByteBudget

  /** `apiUrl` names another host only where a proxy stands in for Discord: then files may come from there too. */
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
    if (sizeBytes > maxDownloadBytes) return { kind: 'too-large' }
    const known = urlAmong(url, this.#origins)
    if (!known) return { kind: 'gone' }
    const fetched = await this.#budget.during(sizeBytes, () => download(known))
    return fetched ?? { kind: 'gone' }
  }
}
