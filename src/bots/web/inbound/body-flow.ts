/** Watches whether the body of a request keeps coming in. */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../../system/ports.ts'

/** How often it is looked at how much came. */
const periodMs = 10_000
/** The least that an honest connection brings in a period: 3 kB/s, a tenth of a slow mobile network. */
const minBytes = 32 * 1024

/** What of a request tells how much of its body has come. */
export type Incoming = Pick<IncomingMessage, 'complete'> & {
  socket: Pick<IncomingMessage['socket'], 'bytesRead'>
}

/** `stalled` when the body brought too little in a period; else the result of `work`, which reads the body. */
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
