/** A gateway's models and a machine that fetches them, without a Redis between both: messages pass in their order. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ModelReply, ModelRequest } from '../../../src/remote/models/model-messages.ts'
import { ModelRequests } from '../../../src/remote/models/model-requests.ts'
import {
  checksum,
  ModelServer,
  type ServedFile,
  type ServedModel,
} from '../../../src/remote/models/model-server.ts'
import { tempFolder } from '../temp-folder.ts'

export interface WrittenFile {
  path: readonly string[]
  bytes: Buffer
}

/** Writes the files, and serves them as a model of that name. */
export async function servedModel(
  place: readonly string[],
  files: readonly WrittenFile[],
): Promise<ServedModel & { written: readonly ServedFile[] }> {
  const folder = tempFolder()
  const written: ServedFile[] = []
  for (const [i, { path, bytes }] of files.entries()) {
    const file = join(folder, 'served', String(i))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
    written.push({ path, file, bytes: bytes.length, sha256: await checksum(file, bytes.length) })
  }
  const hash = randomBytes(32).toString('hex')
  return { name: place.join('/'), hash, place, written, files: async () => written }
}

export interface Channel {
  requests: ModelRequests
  /** What the machine asked for. */
  asked: ModelRequest[]
  /** The most answers that the machine waited for at a time. */
  mostPending: number
  isBroken: boolean
}

/** `onReply` may change an answer; undefined loses the channel in its place. */
export function openChannel(
  models: readonly ServedModel[],
  onReply: (reply: ModelReply, count: number) => ModelReply | undefined = reply => reply,
): Channel {
  let replies = 0
  let pending = 0
  const server = new ModelServer({
    models,
    send: reply => {
      pending -= 1
      const changed = onReply(reply, replies++)
      if (changed) channel.requests.receive(changed)
      else channel.requests.close()
    },
    onBroken: () => {
      channel.isBroken = true
      channel.requests.close()
    },
    onError: () => {},
  })
  const channel: Channel = {
    requests: new ModelRequests(request => {
      pending += 1
      channel.mostPending = Math.max(channel.mostPending, pending)
      channel.asked.push(request)
      server.receive(request)
    }),
    asked: [],
    mostPending: 0,
    isBroken: false,
  }
  return channel
}
