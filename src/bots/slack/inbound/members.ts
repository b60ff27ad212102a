/** What Slack knows of people: name, language, rights. Kept for a while; whoever cannot be looked up has no rights. */
import type { Rights } from '../../../app/people.ts'
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

export interface Member {
  name: string
  locale?: string
  rights: Rights
}

/** Long enough to spare Slack under load, short enough that a new admin need not wait. */
const keptMs = 10 * 60_000
/** The look-up must leave most of the 3 s for an acknowledgement to the request itself. */
const patienceMs = 800

const noRights: Rights = { moderator: false, admin: false }

export class Members {
  readonly #api: SlackApi
  readonly #clock: Clock
  readonly #known = new Map<string, { member: Member; untilMs: number }>()
  /** Look-ups under way: somebody who does many things at once is looked up once. */
  readonly #asked = new Map<string, Promise<Member | undefined>>()

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#clock = clock
  }

  /** `fallbackName` is what the event itself called them. */
  async find(workspace: Workspace, userId: string, fallbackName: string): Promise<Member> {
    const key = `${workspace.token} ${userId}`
    const known = this.#known.get(key)
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) return known.member
    const asked = this.#asked.get(key) ?? this.#ask(key, workspace, userId, fallbackName)
    return (await this.#inTime(asked)) ?? known?.member ?? { name: fallbackName, rights: noRights }
  }

  #ask(key: string, workspace: Workspace, userId: string, fallbackName: string): Promise<Member | undefined> {
    const asked = this.#look(workspace, userId, fallbackName)
      .then(member => {
        if (member !== undefined) this.#remember(key, member)
        return member
      })
      .finally(() => this.#asked.delete(key))
    this.#asked.set(key, asked)
    return asked
  }

  async #look(workspace: Workspace, userId: string, fallbackName: string): Promise<Member | undefined> {
    try {
      const called = await this.#api.call(workspace.token, 'users.info', client =>
        client.users.info({ user: userId, include_locale: true }),
      )
      if (called.kind === 'refused') return undefined
      const { user } = called.value
      // Strangers of shared channels are admins elsewhere, if at all.
      const isAdmin = user?.is_stranger !== true && (user?.is_admin === true || user?.is_owner === true)
      return {
        name: user?.profile?.display_name || user?.real_name || fallbackName,
        ...(user?.locale === undefined ? {} : { locale: user.locale }),
        rights: { moderator: isAdmin, admin: isAdmin },
      }
    } catch {
      // Slack is busy: the request itself matters more than who exactly made it.
      return undefined
    }
  }

  #remember(key: string, member: Member): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [old, { untilMs }] of this.#known) {
      if (untilMs > nowMs) break
      this.#known.delete(old)
    }
    this.#known.delete(key)
    this.#known.set(key, { member, untilMs: nowMs + keptMs })
  }

  #inTime<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(patienceMs, () => resolve(undefined))
      work.then(value => {
        stop()
        resolve(value)
      }, reject)
    })
  }
}
