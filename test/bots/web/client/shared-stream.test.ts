/** The one live stream that the open pages of a browser share. */
import { expect, it } from 'vitest'
import { type PagePort, SharedStream } from '../../../../src/bots/web/client/shared-stream.ts'
import type { LiveStreamMessage, StreamEvent } from '../../../../src/bots/web/protocol.ts'

class FakePage implements PagePort {
  readonly seen: string[] = []
  tell: (message: LiveStreamMessage) => void = () => {}

  addEventListener(_: 'message', listen: (message: { data: LiveStreamMessage }) => void): void {
    this.tell = data => listen({ data })
  }
  start(): void {}
  postMessage({ name }: StreamEvent): void {
    this.seen.push(name)
  }
}

/** A stream whose source says what the test tells it to. */
function scripted() {
  const source = { isConnected: false, count: 0, say: (_: StreamEvent) => {} }
  const stream = new SharedStream((_, take) => {
    source.count += 1
    source.say = take
    return source
  })
  const join = () => {
    const page = new FakePage()
    stream.take(page)
    page.tell({ kind: 'join', url: '/live' })
    return page
  }
  const lose = () => {
    source.isConnected = false
    source.say({ name: 'lost', data: '' })
  }
  const connect = () => {
    source.isConnected = true
    source.say({ name: 'sync', data: '[]' })
  }
  return { source, join, lose, connect }
}

it('tells a page that joins while the stream is lost so, and when it is back', () => {
  const { join, lose, connect } = scripted()
  const first = join()
  connect()
  lose()
  const later = join()
  expect(later.seen).toEqual(['lost'])
  connect()
  expect(later.seen).toEqual(['lost', 'sync'])
  expect(first.seen).toEqual(['sync', 'lost', 'sync'])
})

it('tells a page that joins an open stream to bring itself up to date, and opens no second one', () => {
  const { source, join, connect } = scripted()
  join()
  connect()
  expect(join().seen).toEqual(['sync'])
  expect(source.count).toBe(1)
})

it('tells a page nothing before the first connection is made or lost, nor after it left', () => {
  const { join, lose } = scripted()
  join()
  const page = join()
  expect(page.seen).toEqual([])
  page.tell({ kind: 'leave' })
  lose()
  expect(page.seen).toEqual([])
})
