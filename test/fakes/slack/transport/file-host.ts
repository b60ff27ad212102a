/**
 * Slack's host for files: bytes come up by an address of their own and go down to whoever may see them
 * (docs.slack.dev/messaging/working-with-files; docs.slack.dev/reference/objects/file-object, url_private).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from '../world.ts'
import { bearerOf, formOf } from './request-body.ts'

export class FileHost {
  readonly #world: World
  readonly #baseUrl: () => string
  /** Downloads asked for without a token that opens them. */
  denied = 0

  constructor(world: World, baseUrl: () => string) {
    this.#world = world
    this.#baseUrl = baseUrl
  }

  /** `planned`: an HTTP status to answer instead. */
  async upload(
    id: string,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    planned: unknown,
  ): Promise<void> {
    const file = this.#world.files.get(id)
    if (file === undefined || file.state !== 'reserved' || typeof planned === 'number') {
      response.writeHead(typeof planned === 'number' ? planned : 404).end()
      return
    }
    const bytes = await uploadedBytes(request, body)
    if (bytes.length !== file.lengthBytes) {
      response.writeHead(400).end(`expected ${file.lengthBytes} bytes, got ${bytes.length}`)
      return
    }
    file.bytes = bytes
    file.state = 'uploaded'
    response.writeHead(200).end(`OK - ${bytes.length}`)
  }

  /** With the token of a bot that sees the file: the bytes; without: the way to the sign-in page, as Slack does. */
  download(id: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.#world.files.get(id)
    const team = this.#world.teamByToken(bearerOf(request) ?? '')
    const allowed =
      file !== undefined &&
      team?.installed === true &&
      team.scopes.has('files:read') &&
      this.#world.sees(team, file)
    if (!allowed || file.bytes === undefined || file.state === 'deleted') {
      this.denied += 1
      response.writeHead(302, { location: `${this.#baseUrl()}/sign-in` }).end()
      return
    }
    response
      .writeHead(200, { 'content-type': file.mediaType, 'content-length': file.bytes.length })
      .end(file.bytes)
  }
}

/** Uploads come raw or as a form with one file. */
async function uploadedBytes(request: IncomingMessage, body: Buffer): Promise<Uint8Array> {
  if (request.headers['content-type']?.includes('multipart') !== true) return new Uint8Array(body)
  const form = await formOf(request, body)
  for (const value of Object.values(form)) {
    if (value instanceof Blob) return new Uint8Array(await value.arrayBuffer())
  }
  return new Uint8Array()
}
