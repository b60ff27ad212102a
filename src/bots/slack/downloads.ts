/** Fetches files that people gave on Slack. The token goes to Slack's own file host and nowhere else. */
import type { Clock } from '../../ports.ts'
import type { SlackApi } from './api.ts'
import type { Workspace } from './workspaces.ts'

export type Download = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'gone' } | { kind: 'too-large' }

/** What a person may send as a source; decoding has narrower limits of its own. */
export const maxDownloadBytes = 20 * 1024 * 1024
const timeoutMs = 30_000
/** A file that was just sent may not have its address yet. */
const looksAtFile = 3
const betweenLooksMs = 500

export class Downloads {
  readonly #api: SlackApi
  readonly #clock: Clock
  readonly #hosts: ReadonlySet<string>

  /** `apiUrl` names another host only where a proxy stands in for Slack: then files come from there. */
  constructor(api: SlackApi, clock: Clock, apiUrl: string) {
    this.#api = api
    this.#clock = clock
    const { host, hostname } = new URL(apiUrl)
    this.#hosts = new Set(['files.slack.com', ...(hostname === 'slack.com' ? [] : [host])])
  }

  async fetch(workspace: Workspace, fileId: string): Promise<Download> {
    for (let look = 0; look < looksAtFile; look++) {
      if (look > 0) await new Promise<void>(resolve => this.#clock.after(betweenLooksMs, resolve))
      const info = await this.#api.call(workspace.token, 'files.info', client =>
        client.files.info({ file: fileId }),
      )
      if (info.kind === 'refused') return { kind: 'gone' }
      const { url_private_download: url, size } = info.value.file ?? {}
      if (size !== undefined && size > maxDownloadBytes) return { kind: 'too-large' }
      if (url !== undefined) return this.#read(new URL(url), workspace)
    }
    return { kind: 'gone' }
  }

  async #read(url: URL, workspace: Workspace): Promise<Download> {
    if (!this.#hosts.has(url.host)) return { kind: 'gone' }
    try {
      // A redirect leads to the sign-in page or elsewhere; the token must not follow it.
      const answer = await fetch(url, {
        headers: { authorization: `Bearer ${workspace.token}` },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (answer.status !== 200 || answer.body === null) return { kind: 'gone' }
      return await readCapped(answer.body)
    } catch {
      return { kind: 'gone' }
    }
  }
}

/** Stops at the limit, whatever length was announced. */
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
