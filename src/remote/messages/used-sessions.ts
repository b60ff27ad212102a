/** The sessions that each peer has opened: a repeated first message does not open a channel again. */
export class UsedSessions {
  readonly #sessions = new Map<string, Set<string>>()

  /** Whether the session is new. */
  use(peer: string, session: string): boolean {
    const used = this.#sessions.get(peer) ?? new Set()
    if (used.has(session)) return false
    this.#sessions.set(peer, used.add(session))
    return true
  }

  /** Forgets a peer that is gone for good: after a restart it has another id. */
  forget(peer: string): void {
    this.#sessions.delete(peer)
  }
}
