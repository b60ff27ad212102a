/** Identifies browsers by a random secret in a cookie, from which the public user id is derived. */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Viewer } from '../../../app/access/access-rules.ts'
import type { Conversation, Person } from '../../../app/people/people.ts'
import type { JobView } from '../../../app/views/views.ts'
import type { Ids } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'

/** The web chat is one public conversation: everybody who can open the page reads it. */
export const chat = { platform: 'web', spaceId: 'web', channelId: 'chat', audience: 'space' } as const

/** A viewer without an identity, for content that is shown on all open pages. */
export const anonymousViewer: Viewer = {
  person: { platform: chat.platform, spaceId: chat.spaceId, userId: '', name: '' },
  rights: { member: true, moderator: false, admin: false },
  conversation: { ...chat, kind: 'channel' },
}

const cookieName = 'easel_person'
const yearSeconds = 365 * 24 * 60 * 60

/**
 * The person of a request. The cookie's secret authenticates the person and is never shown; the user id is its hash. A
 * browser without the cookie gets one with the response. Each page sets it anew, so it lives for a year after the last visit.
 *
 * Browsers send a Lax cookie where a person follows a link on another site, which changes nothing here; a Strict one is left out
 * there, so the page would take the browser for somebody new and replace its cookie. Neither is sent with requests of other sites.
 */
export function visitorOf(
  c: Context,
  { ids, words, isSecure }: { ids: Ids; words: Words; isSecure: boolean },
): Person {
  const given = getCookie(c, cookieName)
  const secret = given !== undefined && /^[0-9a-z]{32}$/.test(given) ? given : `${ids.next()}${ids.next()}`
  if (secret !== given || wantsPage(c)) {
    const options = { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: yearSeconds } as const
    setCookie(c, cookieName, secret, { ...options, secure: isSecure })
  }
  const userId = createHash('sha256').update(secret).digest('hex').slice(0, 16)
  const tag = userId.slice(0, 4).toUpperCase()
  return { platform: chat.platform, spaceId: chat.spaceId, userId, name: words.web.guest(tag) }
}

/** Whether a person opens a page in a browser, which names this type first. */
export function wantsPage(c: Context): boolean {
  return c.req.header('accept')?.includes('text/html') === true
}

/** The conversation for results of a press: the thread of the button's job. */
export function conversationOf(job: JobView | undefined): Conversation {
  if (job?.conversation.platform !== chat.platform) return { ...chat, kind: 'channel' }
  return { ...chat, kind: 'thread', threadId: threadOf(job) }
}

/** A thread's id is that of its first job. */
export function threadOf(job: JobView): string {
  return job.conversation.threadId ?? job.id
}
