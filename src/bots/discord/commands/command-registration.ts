/** Keeps the registered commands as configured: tries again while Discord gives no answer, and then removes stray ones. */
import type { Client } from 'discord.js'
import { type Backoff, backoffMs } from '../../../common/backoff.ts'
import type { AdapterParts } from '../../adapter.ts'
import { registerCommands, removeStrayCommands } from './register-commands.ts'

const retry: Backoff = { firstMs: 10_000, maxMs: 10 * 60_000 }

export class CommandRegistration {
  readonly #parts: AdapterParts
  #stopTimer = () => {}
  #isStopped = false
  /** The later tries and the removal. They continue after the start, because there may be thousands of guilds. */
  #underway: Promise<void> = Promise.resolve()

  constructor(parts: AdapterParts) {
    this.#parts = parts
  }

  /** Resolves after the first try. @throws AppError 'config' when Easel is not a member of the trial guild. */
  async start(client: Client<true>): Promise<void> {
    this.stop()
    this.#isStopped = false
    await this.#register(client, 0)
  }

  /** Resolves when nothing is under way. A try that is still to come does not count. */
  idle(): Promise<void> {
    return this.#underway
  }

  stop(): void {
    this.#isStopped = true
    this.#stopTimer()
  }

  async #register(client: Client<true>, failures: number): Promise<void> {
    const { clock, log } = this.#parts
    const outcome = await registerCommands(client, this.#parts)
    if (outcome === 'settled') {
      this.#underway = removeStrayCommands(client, this.#parts)
      return
    }
    if (this.#isStopped) return
    const again = () => {
      this.#underway = this.#register(client, failures + 1).catch((error: unknown) => {
        log.error({ problem: String(error) }, 'commands could not be registered')
      })
    }
    this.#stopTimer = clock.after(backoffMs(retry, failures), again)
  }
}
