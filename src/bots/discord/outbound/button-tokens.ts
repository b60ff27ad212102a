/** Tokens of button presses. They can delete a message whose own token has expired. */
import type { Clock } from '../../../system/ports.ts'

interface ButtonToken {
  token: string
  /** The expiry on the wall clock. */
  untilMs: number
}

export class ButtonTokens {
  readonly #clock: Clock
  /** Tokens by message, oldest first. */
  readonly #known = new Map<string, ButtonToken>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  remember(messageId: string, token: string, untilMs: number): void {
    for (const [id, known] of this.#known) {
      if (known.untilMs > this.#clock.now()) break
      this.#known.delete(id)
    }
    this.#known.set(messageId, { token, untilMs })
  }

  /** The token; it addresses the message as `@original`. */
  find(messageId: string): string | undefined {
    const known = this.#known.get(messageId)
    return known && known.untilMs > this.#clock.now() ? known.token : undefined
  }
}
