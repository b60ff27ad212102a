/** Discord out of reach or unwilling, REST and gateway together, for as long as a test wants it. */
import type { Faults } from './faults.ts'
import type { Gateway } from './gateway.ts'

export type Outage =
  /** Connections are refused. */
  | { kind: 'cut' }
  /** Connections are taken, and nothing ever comes back; those that are open hear nothing more. */
  | { kind: 'silence' }
  /** Every call is answered 401, as while a token is not known (yet). */
  | { kind: 'unauthorized' }
  /** The gateway closes with a code, REST goes on (topics/opcodes-and-status-codes). */
  | { kind: 'gateway-closed'; code: number }

/** Close codes after which a client may not reconnect as it was (topics/opcodes-and-status-codes). */
export const fatalCloses = [4004, 4010, 4011, 4012, 4013, 4014] as const

/** Returns what ends it. */
export function beginOutage(outage: Outage, faults: Faults, gateway: Gateway): () => void {
  const answerAll = (mishap: Parameters<Faults['order']>[1]) => faults.order(/^/, mishap, Infinity)
  switch (outage.kind) {
    case 'cut':
    case 'silence': {
      gateway.begin(outage.kind)
      const restore = answerAll({ kind: outage.kind, when: 'before' })
      return () => {
        restore()
        gateway.end()
      }
    }
    case 'unauthorized': {
      const message = '401: Unauthorized'
      return answerAll({ kind: 'refusal', status: 401, code: 0, message })
    }
    case 'gateway-closed':
      gateway.begin(outage.code)
      return () => gateway.end()
  }
}
