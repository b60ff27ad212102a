/** The people table: identities, and each person's defaults. */
import { and, asc, eq } from 'drizzle-orm'
import type { Rows } from '../client.ts'
import { people } from '../schema.ts'
import { accountOf } from './account.ts'
import { type Identity, personSettings, type StoredSettings } from './documents.ts'

export class PeopleTable {
  readonly #rows: Rows

  constructor(rows: Rows) {
    this.#rows = rows
  }

  /** The row of a person, created or updated with the current name. */
  upsert(person: Identity): number {
    const { platform, spaceId, userId, name, address = null } = person
    const row = this.#rows
      .insert(people)
      .values({ platform, spaceId, userId, name, address, account: accountOf(person) })
      .onConflictDoUpdate({
        target: [people.platform, people.spaceId, people.userId],
        set: { name, address },
      })
      .returning({ id: people.id })
      .get()
    return row.id
  }

  find(person: Identity): number | undefined {
    return this.#rows.select({ id: people.id }).from(people).where(same(person)).get()?.id
  }

  /** The rows of the same account in all spaces, oldest first. */
  ofAccount(person: Identity): number[] {
    return this.#rows
      .select({ id: people.id })
      .from(people)
      .where(eq(people.account, accountOf(person)))
      .orderBy(asc(people.id))
      .all()
      .map(row => row.id)
  }

  settings(person: Identity): StoredSettings {
    const row = this.#rows.select({ settings: people.settings }).from(people).where(same(person)).get()
    const parsed = personSettings.safeParse(row?.settings ?? {})
    return parsed.success ? parsed.data : {}
  }

  saveSettings(personId: number, settings: StoredSettings): void {
    this.#rows.update(people).set({ settings }).where(eq(people.id, personId)).run()
  }

  /** Deletes the name and the defaults. The identity stays, because quotas depend on it. */
  forget(personId: number): void {
    this.#rows.update(people).set({ name: '', settings: {} }).where(eq(people.id, personId)).run()
  }
}

function same(person: Identity) {
  return and(
    eq(people.platform, person.platform),
    eq(people.spaceId, person.spaceId),
    eq(people.userId, person.userId),
  )
}
