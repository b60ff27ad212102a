/** Fetches files that people gave on Slack. The token goes to Slack's own file host and nowhere else. */
import type { ByteBudget } from '../../../net/byte-budget.ts'
import { type Download, download, downloadBudget, maxDownloadBytes, urlAmong } from '../../../net/download.ts'
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

/** A file that was just sent may not have its address yet. */
const looksAtFile = 3
const betweenLooksMs = 500

export class Downloads {
  readonly #api: SlackApi
  readonly #clock: Clock
  readonly #origins: ReadonlySet<string>
  readonly #budget: ByteBudget

  /** `apiUrl` names another host only where a proxy stands in for Slack: then files come from there. */
  constructor(api: SlackApi, clock: Clock, apiUrl: string) {
    this.#api = api
    this.#clock = clock
    this.#budget = downloadBudget(clock)
    const { origin, hostname } = new URL(apiUrl)
    this.#origins = new Set(['https://files.slack.com', ...(hostname === 'slack.com' ? [] : [origin])])
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
      if (url !== undefined) return this.#read(url, size ?? maxDownloadBytes, workspace)
    }
    return { kind: 'gone' }
  }

  /** The scheme counts too: without encryption the token would be everybody's on the way. */
  async #read(url: string, sizeBytes: number, { token }: Workspace): Promise<Download> {
    const known = urlAmong(url, this.#origins)
    if (!known) return { kind: 'gone' }
    const authorization = `Bearer ${token}`
    const fetched = await this.#budget.during(sizeBytes, () => download(known, { authorization }))
    return fetched ?? { kind: 'gone' }
  }
}
