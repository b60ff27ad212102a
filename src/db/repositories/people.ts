/** The people table: identities, and each person's defaults. */
import { and, asc, eq, sql } from 'drizzle-orm'
import type { QueryBuilder } from '../client.ts'
import { people } from '../schema/people.ts'
import { accountOf } from './account.ts'
import { type Identity, personSettings, type StoredSettings } from './documents.ts'

/** These run for every request, so they are prepared once. */
function prepareStatements(query: QueryBuilder) {
  const identity = {
    platform: sql.placeholder('platform'),
    spaceId: sql.placeholder('spaceId'),
    userId: sql.placeholder('userId'),
  }
  const account = sql.placeholder('account')
  const name = sql.placeholder('name')
  const hasIdentity = and(
    eq(people.platform, identity.platform),
    eq(people.spaceId, identity.spaceId),
    eq(people.userId, identity.userId),
  )
  return {
    upsert: query
      .insert(people)
      .values({ ...identity, account, name, address: sql.placeholder('address') })
      .onConflictDoUpdate({
        target: [people.platform, people.spaceId, people.userId],
        set: { name: sql`excluded.name`, address: sql`excluded.address` },
      })
      .returning({ id: people.id })
      .prepare(),
    find: query.select({ id: people.id }).from(people).where(hasIdentity).prepare(),
    settings: query.select({ settings: people.settings }).from(people).where(hasIdentity).prepare(),
    ofAccount: query
      .select({ id: people.id })
      .from(people)
      .where(eq(people.account, account))
      .orderBy(asc(people.id))
      .prepare(),
  }
}

export class PeopleTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
  }

  /** The row of a person, created or updated with the current name. */
  upsert(person: Identity): number {
    const { platform, spaceId, userId, name, address = null } = person
    const account = accountOf(person)
    return this.#statements.upsert.get({ platform, spaceId, userId, name, address, account }).id
  }

  find(person: Identity): number | undefined {
    return this.#statements.find.get(identityOf(person))?.id
  }

  /** The rows of the same account in all spaces, oldest first. */
  ofAccount(person: Identity): number[] {
    return this.#statements.ofAccount.all({ account: accountOf(person) }).map(row => row.id)
  }

  settings(person: Identity): StoredSettings {
    const row = this.#statements.settings.get(identityOf(person))
    const parsed = personSettings.safeParse(row?.settings ?? {})
    return parsed.success ? parsed.data : {}
  }

  saveSettings(personId: number, settings: StoredSettings): void {
    this.#query.update(people).set({ settings }).where(eq(people.id, personId)).run()
  }

  /** Deletes the name and the defaults. The identity stays, because quotas depend on it. */
  forget(personId: number): void {
    this.#query.update(people).set({ name: '', settings: {} }).where(eq(people.id, personId)).run()
  }
}

function identityOf({ platform, spaceId, userId }: Identity) {
  return { platform, spaceId, userId }
}
