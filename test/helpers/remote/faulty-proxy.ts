/** A TCP proxy that fails as networks do: it delays what passes, swallows it, and goes on later. */
import { once } from 'node:events'
import { createServer, connect as open, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export class FaultyProxy {
  readonly #sockets = new Set<Socket>()
  #isPartitioned = false
  /** Of everything that passes, each way. It is set before anything passes: timers of one delay fire in their order. */
  delayMs = 0
  /** After so many bytes from Redis nothing passes any more. */
  partitionAfterBytes = Number.POSITIVE_INFINITY
  #passedBytes = 0
  url = ''

  /** Ends with its test. */
  static async to(port: number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy()
    const server = createServer(near => proxy.#join(near, open(port, '127.0.0.1'))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    proxy.url = `redis://127.0.0.1:${address.port}`
    onTestFinished(() => {
      for (const socket of proxy.#sockets) socket.destroy()
      server.close()
    })
    return proxy
  }

  /** Nothing passes, and nobody is told. */
  partition(): void {
    this.#isPartitioned = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** What waited passes. */
  heal(): void {
    this.#isPartitioned = false
    for (const socket of this.#sockets) socket.resume()
  }

  /** Every connection is reset; new ones are taken. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  #count(bytes: number): void {
    this.#passedBytes += bytes
    if (this.#passedBytes >= this.partitionAfterBytes) this.partition()
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', bytes => {
        if (this.delayMs === 0) to.write(bytes)
        else setTimeout(() => to.write(bytes), this.delayMs)
        if (from === far) this.#count(bytes.length)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isPartitioned) from.pause()
    }
  }
}
