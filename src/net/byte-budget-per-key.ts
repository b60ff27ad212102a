/** A byte budget for each key, such as an address: one key's work cannot use what others need. */
import { ByteBudget, type ByteBudgetOptions } from './byte-budget.ts'

export class ByteBudgetPerKey {
  readonly #options: ByteBudgetOptions
  /** The budgets of keys with running or waiting work, so that their number is bounded by that of requests. */
  readonly #budgets = new Map<string, { budget: ByteBudget; users: number }>()

  /** `options`: those of each key's budget. */
  constructor(options: ByteBudgetOptions) {
    this.#options = options
  }

  /** As `ByteBudget.during`, within the budget of `key`. */
  async during<T>(key: string, bytes: number, work: () => Promise<T>): Promise<T | undefined> {
    const own = this.#budgets.get(key) ?? { budget: new ByteBudget(this.#options), users: 0 }
    this.#budgets.set(key, own)
    own.users += 1
    try {
      return await own.budget.during(bytes, work)
    } finally {
      own.users -= 1
      if (own.users === 0) this.#budgets.delete(key)
    }
  }
}
