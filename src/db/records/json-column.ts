/** A JSON column whose reading never throws. */
import { customType } from 'drizzle-orm/sqlite-core'

/** The value of a text that is not JSON. No schema accepts it, so one bad row does not make a whole query fail. */
export const unreadable: unique symbol = Symbol('unreadable')

export const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text',
  toDriver: value => JSON.stringify(value),
  fromDriver(text) {
    try {
      return JSON.parse(text)
    } catch {
      return unreadable
    }
  },
})
