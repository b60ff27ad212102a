/** A browser without script, as far as the web chat can tell: cookies, forms, and markup read back as text. */
import { createHash } from 'node:crypto'
import { decodeButtonId } from '../../../src/bots/messages/buttons.ts'
import type { DrivenPerson, SeenMessage } from '../../conformance/adapter-driver.ts'

/** What the page's script gets for a form that it sends. */
export interface ScriptReply {
  kind: 'accepted' | 'refused' | 'done' | 'answer'
  sentences?: string[]
  html?: string
  jobs?: { jobId: string; threadId: string }[]
}

const operatorSecret = '0123456789abcdef'.repeat(2)

/** A browser that a test names in the configuration's `admins`: its cookie, and what the configuration calls it. */
export const operator = {
  cookie: `easel_person=${operatorSecret}`,
  name: `web:web:${createHash('sha256').update(operatorSecret).digest('hex').slice(0, 16)}`,
}

export class HttpPerson implements DrivenPerson {
  readonly #url: () => string
  readonly #told: string[] = []
  #cookie: string
  #lastAnswer = ''

  constructor(url: () => string, cookie = '') {
    this.#url = url
    this.#cookie = cookie
  }

  async imagines(text: string, options?: { eventId?: string }): Promise<void> {
    await this.posts('/say', { text: `/imagine ${text}`, once: options?.eventId ?? '' })
  }

  async confirms(): Promise<void> {
    await this.posts('/say', hiddenFields(this.#lastAnswer))
  }

  async presses(
    button: Parameters<DrivenPerson['presses']>[0],
    options?: { eventId?: string },
  ): Promise<void> {
    const id = `${button.action}:${button.targetId}`
    await this.posts('/act', { button: id, once: options?.eventId ?? '' })
  }

  async remixes(pictureId: string, prompt: string): Promise<void> {
    await this.posts('/act', { button: `remix:${pictureId}` })
    await this.posts('/act', { ...hiddenFields(this.#lastAnswer), text: prompt })
  }

  async asks(command: string): Promise<void> {
    await this.#hear(await this.#fetch(`/${command}`, { headers: { accept: 'application/json' } }))
  }

  async sees(): Promise<SeenMessage[]> {
    const response = await this.gets('/feed')
    const { fragments } = (await response.json()) as { fragments: { card?: string; reply: string }[] }
    return fragments.flatMap(({ card, reply }) => (card === undefined ? [reply] : [card, reply])).map(seenIn)
  }

  async told(): Promise<string[]> {
    return this.#told
  }

  gets(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(path, { headers })
  }

  /** Sends a form as the page's script does, and hears the reply. */
  async posts(path: string, fields: Record<string, string | Blob>): Promise<ScriptReply> {
    return this.#hear(await this.postsForm(path, fields, 'application/json'))
  }

  /** Sends a form and answers with the raw response, for browsers without script. */
  postsForm(path: string, fields: Record<string, string | Blob>, accept = 'text/html'): Promise<Response> {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    return this.postsBody(path, body, { accept })
  }

  /** Sends a body as it is. */
  postsBody(
    path: string,
    body: RequestInit['body'],
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const origin = new URL(this.#url()).origin
    return this.#fetch(path, { method: 'POST', body, headers: { ...headers, origin }, redirect: 'manual' })
  }

  async #fetch(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const headers = { ...init.headers, cookie: this.#cookie }
    const response = await fetch(new URL(path, this.#url()), { ...init, headers })
    this.#cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie
    return response
  }

  async #hear(response: Response): Promise<ScriptReply> {
    const reply = (await response.json()) as ScriptReply
    this.#told.push(...(reply.sentences ?? []))
    if (reply.html !== undefined) {
      this.#lastAnswer = reply.html
      this.#told.push(textOf(reply.html))
    }
    return reply
  }
}

/** What a reader gets from our own markup, which never leaves an attribute unquoted. */
export function seenIn(html: string): SeenMessage {
  const buttons = [...html.matchAll(/<button type="submit"[^>]* value="([^"]*)"[^>]*>(.*?)<\/button>/gs)]
  return {
    text: textOf(html),
    pictures: [...html.matchAll(/<img [^>]*alt="([^"]*)"/g)].map(match => unescaped(match[1] ?? '')),
    buttons: buttons.flatMap(([, id = '', label = '']) => {
      const target = decodeButtonId(id)
      return target ? [{ ...target, label }] : []
    }),
  }
}

export function textOf(html: string): string {
  const lines = html.replace(/<\/?(span|a|b|code|time)\b[^>]*>/g, '').replace(/<[^>]*>/g, '\n')
  return unescaped(lines.replace(/\n+/g, '\n')).trim()
}

/** Tags and attributes that a prompt must never become. */
export function harmIn(html: string): string[] {
  return [...html.matchAll(/<(\w+)([^>]*)>/g)]
    .filter(([, tag = '', attributes = '']) => {
      const isForeign = /^(script|iframe|object|embed|style|link|meta|base|svg)$/i.test(tag)
      const leadsAway = /\b(href|src)="(?!\.\/|#|data:image\/)/i.test(attributes)
      // Attribute values are quoted: what is left without them are names.
      const isHandler = /\son\w+/i.test(attributes.replace(/"[^"]*"/g, ''))
      return isForeign || leadsAway || isHandler
    })
    .map(match => match[0])
}

function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescaped(value)]))
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (all, name: string) => named[name] ?? all)
}
