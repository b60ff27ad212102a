/** Requests that end together, so that a stop waits for no network. */

interface WithSignal {
  signal?: AbortSignal | null | undefined
}

export class AbortableRequests {
  readonly #underway = new Set<AbortController>()
  #isAborted = false

  /** The same request with a signal of ours beside its own. */
  wrap<Url, Init extends WithSignal, Answer>(
    request: (url: Url, init: Init) => Promise<Answer>,
  ): (url: Url, init: Init) => Promise<Answer> {
    return async (url, init) => {
      const controller = new AbortController()
      const abort = () => controller.abort()
      if (this.#isAborted || init.signal?.aborted) abort()
      init.signal?.addEventListener('abort', abort)
      this.#underway.add(controller)
      try {
        return await request(url, { ...init, signal: controller.signal })
      } finally {
        this.#underway.delete(controller)
        init.signal?.removeEventListener('abort', abort)
      }
    }
  }

  /** Whatever is under way rejects, and so does whatever comes later. */
  abort(): void {
    this.#isAborted = true
    for (const controller of this.#underway) controller.abort()
  }
}
