/**
 * A second connection to a Redis, for large values. Its socket reuses one buffer, and so do the values: the bytes of a value are valid
 * until the next command.
 */
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector, type Redis, type RedisOptions } from 'ioredis'
import { ReplyAssembler } from './reply-assembler.ts'

const readBytes = 256 * 1024
/** The client's own limit for the end of a connection. */
const disconnectLimitMs = 2000

/** Emitted for each part of a value, so that the client's limit of silence begins anew. */
const noBytes = Buffer.alloc(0)

/** Connects with its first command, and reconnects as `redis` does. It takes one command at a time, with one value as its reply. */
export function openValueConnection(redis: Redis, maxBytes: number, onError: (error: Error) => void): Redis {
  const { options } = redis
  class ValueConnector extends AbstractConnector {
    constructor() {
      super(disconnectLimitMs)
    }

    async connect(): Promise<Socket> {
      const stream = openSocket(options, maxBytes)
      stream.once('error', error => {
        this.firstError = error
      })
      this.stream = stream
      return stream
    }
  }
  const values = redis.duplicate({ Connector: ValueConnector, lazyConnect: true })
  values.on('error', onError)
  return values
}

function openSocket({ host = 'localhost', port = 6379, tls }: RedisOptions, maxBytes: number): Socket {
  const assembler = new ReplyAssembler(maxBytes)
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback: (length, buffer) => {
      socket.emit('data', noBytes)
      assembler.push(buffer.subarray(0, length), reply => socket.emit('data', reply))
      return true
    },
  }
  // Both kinds of sockets have the option, but Node's types name it for one only.
  const address = { host, port, onread }
  const socket: Socket = tls ? connectTls({ ...tls, ...address }) : connectTcp(address)
  return socket
}
