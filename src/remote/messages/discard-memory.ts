/**
 * Frees the memory of received bytes at once. Memory that is left to V8 counts towards its next full garbage collection. With pictures
 * of 1.4 MB a gateway had one after every eighth to tenth picture, and each cost more than the rest of the job.
 */
import { MessageChannel } from 'node:worker_threads'

/** Smaller memory does not justify the call. Node's own pool, which other buffers share, is smaller than this. */
const minBytes = 256 * 1024

/** Returns a function that frees bytes that nobody reads any more. All arrays over the same memory are empty afterwards. */
export function openMemoryDiscard(): (unused: readonly Uint8Array[]) => void {
  // A closed port accepts transferred memory and drops it.
  const { port1: port } = new MessageChannel()
  port.close()
  return unused => {
    for (const memory of new Set(unused.map(({ buffer }) => buffer))) {
      if (memory instanceof ArrayBuffer && memory.byteLength >= minBytes)
        port.postMessage(undefined, [memory])
    }
  }
}
