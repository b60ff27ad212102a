/** The columns of the people table that identify a person, without the person's settings. */
import { people } from '../schema/people.ts'

export const identityColumns = {
  platform: people.platform,
  spaceId: people.spaceId,
  userId: people.userId,
  name: people.name,
}

export type IdentityRow = Pick<typeof people.$inferSelect, keyof typeof identityColumns>
