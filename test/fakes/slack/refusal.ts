/** How the fake says no: the `error` of Slack's answer, with the messages that explain it. */

export class Refusal extends Error {
  readonly error: string
  readonly messages: string[]

  constructor(error: string, messages: string[] = []) {
    super(`${error} ${messages.join('; ')}`)
    this.error = error
    this.messages = messages
  }
}
