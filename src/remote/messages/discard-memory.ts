/**
 * Frees the memory of received bytes at once. Until V8 finds such memory unused, it counts towards the next collection of all memory:
 * a gateway that left pictures of 1.4 MB to V8 had one after every eighth to tenth picture, which cost more than the rest of the job.
 */
import { MessageChannel } from 'node:worker_threads'

/** Less is not worth the call. Node's own pool, which others share, is smaller. */
const leastBytes = 256 * 1024

/** The returned function takes bytes that nobody reads any more: they, and all others in the same memory, are empty afterwards. */
export function openMemoryDiscard(): (unused: readonly Uint8Array[]) => void {
  // A closed port takes what is transferred to it, and drops it.
  const { port1: port } = new MessageChannel()
  port.close()
  return unused => {
    for (const memory of new Set(unused.map(({ buffer }) => buffer))) {
      if (memory instanceof ArrayBuffer && memory.byteLength >= leastBytes)
        port.postMessage(undefined, [memory])
    }
  }
}
