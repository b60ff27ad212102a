/** How the fake says no: the `error` of Slack's answer, with the messages that explain it. */

export class Refusal extends Error {
  readonly error: string
  readonly messages: string[]
  /** What stands beside the error: `needed` and `provided` where a scope is missing. */
  readonly facts: Record<string, unknown>

  constructor(error: string, messages: string[] = [], facts: Record<string, unknown> = {}) {
    super(`${error} ${messages.join('; ')}`)
    this.error = error
    this.messages = messages
    this.facts = facts
  }

  toJson(): Record<string, unknown> {
    const { error, messages, facts } = this
    const why = messages.length === 0 ? {} : { errors: messages, response_metadata: { messages } }
    return { ok: false, error, ...facts, ...why }
  }
}
