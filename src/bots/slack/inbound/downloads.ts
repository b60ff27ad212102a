/** Fetches files that people gave on Slack. The token goes to Slack's own file host and nowhere else. */
import { type Download, download, maxDownloadBytes } from '../../../net/download.ts'
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

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

  #read(url: URL, { token }: Workspace): Promise<Download> | Download {
    if (!this.#hosts.has(url.host)) return { kind: 'gone' }
    return download(url, { authorization: `Bearer ${token}` })
  }
}
