/** The installation store for Bolt: installations of workspaces and organisations, encrypted at rest. */
import type { Installation, InstallationQuery, InstallationStore } from '@slack/bolt'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { Clock, Ids } from '../../../system/ports.ts'
import type { SealedDocuments } from '../../adapter.ts'
import { seal, unseal } from './sealed.ts'

const named = z.object({ id: z.string(), name: z.string().optional() })

/** The stored part of an installation. User tokens are never requested and never stored. */
const stored = z.object({
  team: named.optional(),
  enterprise: named.optional(),
  isEnterpriseInstall: z.boolean(),
  authVersion: z.literal('v2'),
  tokenType: z.literal('bot'),
  appId: z.string().optional(),
  bot: z.object({ token: z.string(), id: z.string(), userId: z.string(), scopes: z.array(z.string()) }),
  user: z.object({ id: z.string() }),
  /** Milliseconds since 1970; earlier versions stored no time. */
  installedAtMs: z.number().default(0),
})
export type StoredInstallation = z.infer<typeof stored>

export class Installations implements InstallationStore {
  readonly #storage: SealedDocuments
  readonly #key: Buffer
  readonly #ids: Ids
  readonly #clock: Clock

  constructor(storage: SealedDocuments, key: Buffer, ids: Ids, clock: Clock) {
    this.#storage = storage
    this.#key = key
    this.#ids = ids
    this.#clock = clock
  }

  async storeInstallation<AuthVersion extends 'v1' | 'v2'>(
    installation: Installation<AuthVersion, boolean>,
  ): Promise<void> {
    const parsed = stored.safeParse({
      ...installation,
      isEnterpriseInstall: installation.isEnterpriseInstall ?? false,
      tokenType: 'bot',
      authVersion: installation.authVersion ?? 'v2',
      installedAtMs: this.#clock.now(),
    })
    const id = parsed.success ? ownerOf(parsed.data) : undefined
    if (!parsed.success || id === undefined)
      throw new AppError('platform-refused', { platform: 'Slack', problem: { what: 'no-bot' } })
    await this.#storage.save(id, seal(this.#key, id, JSON.stringify(parsed.data), this.#ids.next()))
  }

  /** Bolt's installer calls it. @throws Error when nothing is installed, as Bolt expects. */
  async fetchInstallation(query: InstallationQuery<boolean>): Promise<Installation<'v2', boolean>> {
    const found = this.find(query)
    if (found === undefined) throw new Error('not installed')
    const { team, enterprise, user, installedAtMs: _at, ...rest } = found
    return { ...rest, team, enterprise, user: { ...user, token: undefined, scopes: undefined } }
  }

  async deleteInstallation(query: InstallationQuery<boolean>): Promise<void> {
    await this.remove(query)
  }

  /** The workspace's own installation, otherwise that of its organisation. */
  find(ids: { teamId?: string; enterpriseId?: string }): StoredInstallation | undefined {
    for (const id of [ids.teamId, ids.enterpriseId]) {
      const document = id === undefined ? undefined : this.#open(id)
      if (document !== undefined) return stored.parse(JSON.parse(document))
    }
    return undefined
  }

  /** Every installation that this key decrypts, by the id of its workspace or organisation. */
  all(): { id: string; installation: StoredInstallation }[] {
    return this.#storage.ids().flatMap(id => {
      const document = this.#open(id)
      return document === undefined ? [] : [{ id, installation: stored.parse(JSON.parse(document)) }]
    })
  }

  /** Workspaces and organisations whose documents this key does not decrypt. */
  unreadable(): string[] {
    return this.#storage.ids().filter(id => this.#open(id) === undefined)
  }

  /** Deletes a workspace's own installation; an organisation's only if no workspace is given. */
  async remove(ids: { teamId?: string; enterpriseId?: string }): Promise<void> {
    const id = ids.teamId ?? ids.enterpriseId
    if (id !== undefined) await this.#storage.remove(id)
  }

  #open(id: string): string | undefined {
    const bytes = this.#storage.find(id)
    return bytes === undefined ? undefined : unseal(this.#key, id, bytes)
  }
}

function ownerOf(installation: StoredInstallation): string | undefined {
  return installation.isEnterpriseInstall ? installation.enterprise?.id : installation.team?.id
}
