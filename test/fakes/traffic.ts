/** Everything that an app sent to a platform, by the place where it can be seen: what tests of privacy search. */

/** Where something goes. What is left open does not apply: a home tab has no conversation. */
export interface Place {
  /** The guild or the workspace. */
  spaceId?: string | undefined
  /** The channel, the thread or the direct conversation. */
  conversationId?: string | undefined
  /** The channel that a thread hangs under. */
  parentId?: string | undefined
  /** The only one who sees it; undefined: everybody in that conversation. */
  personId?: string | undefined
}

export interface SentFile {
  name: string
  bytes: Uint8Array
}

export interface Sent extends Place {
  /** `PATCH /channels/1/messages/2`, `chat.update`: as the platform calls it. */
  call: string
  /** Every text in it, as people would read it: escapes and entities resolved. */
  texts: readonly string[]
  files: readonly SentFile[]
}

export class Traffic {
  /** In the order of its sending, whether or not the platform took it. */
  readonly sent: Sent[] = []

  record(place: Place, call: string, body: unknown, files: readonly SentFile[] = []): void {
    const texts = [...textsIn(body), ...files.map(file => file.name)].map(readable)
    this.sent.push({ ...place, call, texts, files })
  }

  /**
   * What holds a secret in a text, in a file's name or in a file's bytes, among what went to `where`. A secret of bytes
   * is looked for in files alone.
   */
  holding(secret: string | Uint8Array, where: (place: Place) => boolean = () => true): Sent[] {
    const isText = typeof secret === 'string'
    const text = isText ? readable(secret) : undefined
    const bytes = Buffer.from(secret)
    return this.sent.filter(
      each =>
        where(each) &&
        ((text !== undefined && each.texts.some(candidate => candidate.includes(text))) ||
          each.files.some(file =>
            Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length).includes(bytes),
          )),
    )
  }
}

/** All strings inside a value, also in JSON that is carried as a string. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined
    if (inner !== undefined) yield* textsIn(inner)
  } else if (Array.isArray(value)) {
    for (const each of value) yield* textsIn(each)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      yield key
      yield* textsIn(each)
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Without the marks by which platforms' markup is escaped, so that a prompt is found however it was written. */
function readable(text: string): string {
  return text
    .replace(/\\(?=[\p{P}\p{S}])|[\u200b-\u200d\u2060]/gu, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
