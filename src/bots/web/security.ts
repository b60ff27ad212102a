/** What every request has to pass before anything else looks at it, and the headers that every response carries. */
import type { MiddlewareHandler } from 'hono'
import type { Words } from '../../words/en.ts'

/** Nothing but our own files; no inline script or style; nobody frames us. Previews travel as data: pictures. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `same-origin`: with `no-referrer` browsers would send the Origin `null` with our own forms. */
const headers: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', contentSecurityPolicy],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
]

export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    for (const [name, value] of headers) c.header(name, value)
  }
}

/**
 * Refuses hosts that are not ours, so that a foreign name which resolves to this machine (DNS rebinding) reaches
 * nothing, and refuses changes that other sites' pages ask for (CSRF).
 */
export function ownPagesOnly(allowedHosts: readonly string[], words: Words): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host')
    if (host === undefined || !isOwnHost(host, allowedHosts)) return c.text(words.web.refused.host, 421)
    const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (changes && !isSameOrigin(c.req.header('origin'), host)) return c.text(words.web.refused.origin, 403)
    return next()
  }
}

/** Loopback and literal addresses are ours (rebinding needs a name), and names that the operator allows. */
export function isOwnHost(host: string, allowedHosts: readonly string[]): boolean {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
  // A host header holds a host and a port: whatever reads as more is a trick.
  if (!url || url.host !== (url.port === '' ? host.replace(/:80$/, '') : host).toLowerCase()) return false
  const { hostname } = url
  return isLoopback(hostname) || isAddress(hostname) || allowedHosts.includes(hostname)
}

/** A loopback name or address, as a host header or a socket spells it. */
export function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|(\[?::ffff:)127(\.\d{1,3}){3}\]?)$/i.test(name)
}

function isAddress(hostname: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith('[')
}

function isSameOrigin(origin: string | undefined, host: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false
  const { protocol, host: originHost } = new URL(origin)
  const plainHost = new URL(`http://${host}`).host
  return (protocol === 'http:' || protocol === 'https:') && originHost === plainHost
}
