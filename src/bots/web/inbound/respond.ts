/** Converts replies to HTTP responses: JSON for the page's script, pages and redirects for browsers without it. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Ids } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import type { Assets } from '../assets.ts'
import type { PageFrame } from '../outbound/render-frame.tsx'
import type { Guides } from '../outbound/render-guides.tsx'
import { markup } from '../outbound/render-job.tsx'
import { answerPage, chatPage, noticePage } from '../outbound/render-page.tsx'
import type { FeedReply, FormReply } from '../protocol.ts'
import type { Reply, RequestContext } from './receive.tsx'
import { threadOf, wantsPage } from './visitors.ts'

/** The initial and the maximum number of jobs on a page. */
const defaultLimit = 50
const maxLimit = 200
/** The maximum depth of an address that gets a page, because each link of the page repeats the way up. */
const maxDepth = 10

interface ResponderParts {
  words: Words
  assets: Assets
  ids: Ids
  feed: (limit: number) => Promise<FeedReply>
  guides: () => Guides
  loras: () => readonly string[]
}

export class Responder {
  readonly #parts: ResponderParts

  constructor(parts: ResponderParts) {
    this.#parts = parts
  }

  /** The chat page, with private sentences and a refused text, if any. */
  async chat(
    c: Context,
    context: RequestContext,
    sentences: string[] = [],
    text = '',
    status: ContentfulStatusCode = 200,
  ): Promise<Response> {
    const limit = this.limitOf(c)
    const { fragments, hasEarlier } = await this.#parts.feed(limit)
    const content = {
      fragments,
      hasEarlier: hasEarlier && limit < maxLimit,
      limit,
      sentences,
      text,
      guides: this.#parts.guides(),
    }
    return this.#html(c, chatPage(this.#frame(context), content), status)
  }

  /** `text` is the typed text, which a refusal returns. */
  async respond(c: Context, context: RequestContext, reply: Reply, text = ''): Promise<Response> {
    switch (reply.kind) {
      case 'refused':
        return this.#reply(c, context, reply.sentences, text, 422)
      case 'done':
        return this.#reply(c, context, reply.sentences, '', 200)
      case 'answer':
        if (wantsJson(c)) return json(c, { kind: 'answer', html: markup(reply.answer) })
        return this.#html(c, answerPage(this.#frame(context), reply.answer))
      case 'accepted': {
        const [first] = reply.jobs
        if (wantsJson(c)) {
          const jobs = reply.jobs.map(job => ({ jobId: job.id, threadId: threadOf(job) }))
          return json(c, { kind: 'accepted', sentences: reply.sentences, jobs })
        }
        if (reply.sentences.length > 0) return this.chat(c, context, reply.sentences)
        return c.redirect(first ? `./#job-${first.id}` : './', 303)
      }
    }
  }

  refuse(
    c: Context,
    context: RequestContext,
    sentence: string,
    status: ContentfulStatusCode,
  ): Promise<Response> {
    return this.#reply(c, context, [sentence], '', status)
  }

  /** In place of a page: a page that says so for a person who follows a link, and the sentence alone for scripts and images. */
  notice(
    c: Context,
    contextOf: (c: Context) => RequestContext,
    sentence: string,
    status: ContentfulStatusCode,
  ): Response {
    const depth = c.req.path.split('/').length - 2
    if (wantsPage(c) && depth <= maxDepth) {
      return this.#html(c, noticePage(this.#frameBelow(contextOf(c), depth), sentence), status)
    }
    c.header('Cache-Control', 'no-store')
    return c.text(sentence, status)
  }

  limitOf(c: Context): number {
    const limit = Number(c.req.query('limit') ?? defaultLimit)
    return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, maxLimit) : defaultLimit
  }

  async #reply(
    c: Context,
    context: RequestContext,
    sentences: string[],
    text: string,
    status: ContentfulStatusCode,
  ): Promise<Response> {
    const kind = status === 200 ? 'done' : 'refused'
    // A refusal has status 200 for the script, because browsers report every 4xx as an error.
    return wantsJson(c) ? json(c, { kind, sentences }) : this.chat(c, context, sentences, text, status)
  }

  /** Pages are not cached, so a browser also reloads them when going back. */
  #html(c: Context, page: string, status: ContentfulStatusCode = 200): Response {
    c.header('Cache-Control', 'no-store')
    return c.html(page, status)
  }

  #frame(context: RequestContext): PageFrame {
    const { words, assets } = this.#parts
    return {
      words,
      assets: {
        style: assets.url('style.css'),
        script: assets.scriptUrl,
        icon: assets.url('icon.svg'),
      },
      root: './',
      once: context.nextOnce,
      isAdmin: context.seesStats,
      loras: this.#parts.loras(),
    }
  }

  /** The frame for an address `depth` folders down; without the script, whose own requests are relative to the chat's page. */
  #frameBelow(context: RequestContext, depth: number): PageFrame {
    const frame = this.#frame(context)
    const root = depth === 0 ? './' : '../'.repeat(depth)
    const below = (url: string) => url.replace('./', root)
    return { ...frame, root, assets: { style: below(frame.assets.style), icon: below(frame.assets.icon) } }
  }
}

function wantsJson(c: Context): boolean {
  return c.req.header('accept') === 'application/json'
}

function json(c: Context, reply: FormReply): Response {
  return c.json(reply)
}
