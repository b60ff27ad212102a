/** Watches the errors of every statement of a connection: reads run outside of `Client.write`. */
import type Sqlite from 'better-sqlite3'

/** Calls `onError` with the error of each failed statement. It may throw another error instead. */
export function watchStatements(sqlite: Sqlite.Database, onError: (error: unknown) => void): void {
  const prepare = watched(sqlite.prepare, onError)
  // Assigned to the connection itself: the query builder prepares its statements by this method.
  sqlite.prepare = new Proxy(prepare, {
    apply(_, connection, source) {
      const statement: Sqlite.Statement = Reflect.apply(prepare, connection, source)
      statement.run = watched(statement.run, onError)
      statement.get = watched(statement.get, onError)
      statement.all = watched(statement.all, onError)
      return statement
    },
  })
}

/** Wraps a function without a proxy, which would cost more: fifty calls run for each job. */
function watched<Self, Values extends unknown[], Result>(
  call: (this: Self, ...values: Values) => Result,
  onError: (error: unknown) => void,
): (this: Self, ...values: Values) => Result {
  return function (...values) {
    try {
      return call.apply(this, values)
    } catch (error) {
      onError(error)
      throw error
    }
  }
}
