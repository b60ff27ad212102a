/** Watches the errors of every statement of a connection: reads run outside of `Client.write`. */
import type Sqlite from 'better-sqlite3'

/** `onError` hears the error of a statement that fails, and may throw another one in its place. */
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

/** Fifty of these run for each job, and a proxy costs more. */
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
