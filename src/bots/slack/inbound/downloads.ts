/** Downloads files that people gave on Slack. The token is sent to Slack's own file host only. */

import { maxPictureBytes } from '../../../common/bounds.ts'
import type { ByteBudget } from '../../../net/byte-budget.ts'
import { type Download, download, downloadBudget, urlAmong } from '../../../net/download.ts'
import type { Clock } from '../../../system/ports.ts'
import { missingScopeCode, type SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

/** The number of look-ups of a file: a new file may not have its URL yet. */
const fileInfoTries = 3
const fileInfoIntervalMs = 500

export class Downloads {
  readonly #api: SlackApi
  readonly #clock: Clock
  readonly #origins: ReadonlySet<string>
  readonly #budget: ByteBudget

  /** `apiUrl` has another host only for a proxy of Slack; files then come from that host. */
  constructor(api: SlackApi, clock: Clock, apiUrl: string) {
    this.#api = api
    this.#clock = clock
    this.#budget = downloadBudget(clock)
    const { origin, hostname } = new URL(apiUrl)
    this.#origins = new Set(['https://files.slack.com', ...(hostname === 'slack.com' ? [] : [origin])])
  }

  async fetch(workspace: Workspace, fileId: string): Promise<Download> {
    for (let look = 0; look < fileInfoTries; look++) {
      if (look > 0) await new Promise<void>(resolve => this.#clock.after(fileInfoIntervalMs, resolve))
      const info = await this.#api.call(workspace.token, 'files.info', client =>
        client.files.info({ file: fileId }),
      )
      if (info.kind === 'refused') return { kind: info.code === missingScopeCode ? 'forbidden' : 'gone' }
      const { url_private_download: url, size } = info.value.file ?? {}
      if (size !== undefined && size > maxPictureBytes) return { kind: 'too-large' }
      if (url !== undefined) return this.#read(url, size ?? maxPictureBytes, workspace)
    }
    return { kind: 'gone' }
  }

  /** The scheme is checked too: without encryption the network could read the token. */
  async #read(url: string, sizeBytes: number, { token }: Workspace): Promise<Download> {
    const known = urlAmong(url, this.#origins)
    if (!known) return { kind: 'gone' }
    const authorization = `Bearer ${token}`
    const fetched = await this.#budget.during(sizeBytes, () => download(known, { authorization }))
    return fetched ?? { kind: 'gone' }
  }
}
