/** Who a browser is: a random secret in a cookie, from which a public identity is derived. */
import { createHash } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Conversation, Person, Rights } from '../../app/people.ts'
import type { JobView } from '../../app/views.ts'
import type { Ids } from '../../ports.ts'
import type { Words } from '../../words/en.ts'
import { isLoopback } from './security.ts'

/** Everybody on the web shares one conversation. */
export const chat = { platform: 'web', spaceId: 'web', channelId: 'chat' } as const

const cookieName = 'easel_person'
const yearSeconds = 365 * 24 * 60 * 60

/**
 * The person behind a request. The cookie's secret proves who somebody is and is never shown; the user id is its
 * hash. A browser without the cookie gets one with the response.
 */
export function visitorOf(c: Context, ids: Ids, words: Words): Person {
  const given = getCookie(c, cookieName)
  const secret = given !== undefined && /^[0-9a-z]{32}$/.test(given) ? given : `${ids.next()}${ids.next()}`
  if (secret !== given) {
    setCookie(c, cookieName, secret, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: yearSeconds })
  }
  const userId = createHash('sha256').update(secret).digest('hex').slice(0, 16)
  const tag = userId.slice(0, 4).toUpperCase()
  return { platform: chat.platform, spaceId: chat.spaceId, userId, name: words.web.guest(tag) }
}

/**
 * Nobody moderates the web chat; whoever sits at the machine itself is its admin. A request that a proxy passed on
 * does not come from the machine, although its connection does.
 */
export function rightsOf(c: Context): Rights {
  const isForwarded = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined
  const hostName = new URL(c.req.url).hostname
  const { address } = getConnInfo(c).remote
  const isLocal = address !== undefined && isLoopback(address) && isLoopback(hostName)
  return { moderator: false, admin: isLocal && !isForwarded }
}

/** Where results of a press go: the thread of the job whose button it was. */
export function conversationOf(job: JobView | undefined): Conversation {
  if (job?.conversation.platform !== chat.platform) return { ...chat, kind: 'channel' }
  return { ...chat, kind: 'thread', threadId: threadOf(job) }
}

/** A thread is named by the job that began it. */
export function threadOf(job: JobView): string {
  return job.conversation.threadId ?? job.id
}
