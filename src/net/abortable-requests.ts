/** Requests that can be aborted together, so a stop never waits for the network. */

interface WithSignal {
  signal?: AbortSignal | null | undefined
}

export class AbortableRequests {
  readonly #underway = new Set<AbortController>()
  #isAborted = false

  /** The function with this object's abort signal in addition to its own. */
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

  /** Rejects all running requests and all later ones. */
  abort(): void {
    this.#isAborted = true
    for (const controller of this.#underway) controller.abort()
  }
}
