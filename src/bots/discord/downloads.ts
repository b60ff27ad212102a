/** Fetches pictures that people attached, from Discord's own file hosts and nowhere else. */
import type { Attachment } from 'discord.js'

/** What is fetched of an attachment; the address is signed and lives for a day. */
export interface GivenFile {
  url: string
  name: string
  sizeBytes: number
}

export type Download = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'gone' } | { kind: 'too-large' }

/** What a person may send as a source; decoding has narrower limits of its own. */
export const maxDownloadBytes = 20 * 1024 * 1024
const timeoutMs = 30_000

export function givenFile({ url, name, size }: Pick<Attachment, 'url' | 'name' | 'size'>): GivenFile {
  return { url, name, sizeBytes: size }
}

/** By what Discord took it for; whether it can be used is found out when it is decoded. */
export function looksLikePicture({ contentType }: Pick<Attachment, 'contentType'>): boolean {
  return contentType === null || contentType.startsWith('image/')
}

export class Downloads {
  readonly #origins: ReadonlySet<string>

  /** `apiUrl` names another host only where a proxy stands in for Discord: then files may come from there too. */
  constructor(apiUrl: string) {
    const { origin, hostname } = new URL(apiUrl)
    this.#origins = new Set([
      'https://cdn.discordapp.com',
      'https://media.discordapp.net',
      ...(hostname === 'discord.com' ? [] : [origin]),
    ])
  }

  async fetch({ url, sizeBytes }: Pick<GivenFile, 'url' | 'sizeBytes'>): Promise<Download> {
    if (sizeBytes > maxDownloadBytes) return { kind: 'too-large' }
    if (!URL.canParse(url) || !this.#origins.has(new URL(url).origin)) return { kind: 'gone' }
    try {
      const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
      if (answer.status !== 200 || answer.body === null) return { kind: 'gone' }
      return await readCapped(answer.body)
    } catch {
      return { kind: 'gone' }
    }
  }
}

/** Stops at the limit, whatever size was announced. */
async function readCapped(body: ReadableStream<Uint8Array>): Promise<Download> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxDownloadBytes) return { kind: 'too-large' }
    chunks.push(chunk)
  }
  return { kind: 'bytes', bytes: new Uint8Array(Buffer.concat(chunks)) }
}
