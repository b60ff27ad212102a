/**
 * A connection for large values, beside the one that it is made from. Its socket reads into one buffer again and again, and so does
 * each value: its bytes are valid until the next command.
 */
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AbstractConnector, type Redis, type RedisOptions } from 'ioredis'
import { ReplyAssembler } from './reply-assembler.ts'

const readBytes = 256 * 1024
/** The client's own limit for the end of a connection. */
const disconnectLimitMs = 2000

/** Says that something has arrived: the client's limit of silence begins anew with each part of a value. */
const nothing = Buffer.alloc(0)

/** Connects with its first command, and reconnects like the other one. One command at a time, with one value as its reply. */
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
      socket.emit('data', nothing)
      assembler.push(buffer.subarray(0, length), reply => socket.emit('data', reply))
      return true
    },
  }
  // Node's types name the option for one of the two only; both have it.
  const address = { host, port, onread }
  const socket: Socket = tls ? connectTls({ ...tls, ...address }) : connectTcp(address)
  return socket
}
