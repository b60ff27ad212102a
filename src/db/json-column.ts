/** A column of JSON that can be read whatever is in it. */
import { customType } from 'drizzle-orm/sqlite-core'

/** Stands for a text that is not JSON: no schema takes it, so that its row alone cannot be read, not every row of a query. */
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
