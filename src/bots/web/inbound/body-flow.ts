/** Detects requests whose body stops arriving. */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../system/ports.ts'

/** The interval of checks of the received bytes. */
const periodMs = 10_000
/** The minimum bytes in a period of an honest connection: 3 kB/s, a tenth of a slow mobile network. */
const minBytes = 32 * 1024

/** The parts of a request that show how much of its body has arrived. */
export type Incoming = Pick<IncomingMessage, 'complete'> & {
  socket: Pick<IncomingMessage['socket'], 'bytesRead'>
}

/** The result of `work`, which reads the body; `stalled` if fewer than `minBytes` arrived in a period. */
export async function unlessStalled<T>(
  incoming: Incoming,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T | 'stalled'> {
  let cancel = () => {}
  const stalled = new Promise<'stalled'>(resolve => {
    const watch = (seenBytes: number) => {
      cancel = clock.after(periodMs, () => {
        const { bytesRead } = incoming.socket
        if (incoming.complete) return
        if (bytesRead - seenBytes < minBytes) resolve('stalled')
        else watch(bytesRead)
      })
    }
    watch(incoming.socket.bytesRead)
  })
  const working = work()
  try {
    return await Promise.race([working, stalled])
  } finally {
    cancel()
    // After a stall the connection is closed, and then the reading of its body fails.
    working.catch(() => undefined)
  }
}
