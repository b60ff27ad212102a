/** Security middleware: checks every request before other handlers, and sets the headers of every response. */
import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { hostOfOrigin, isOwnHost, isOwnOrigin } from './hosts.ts'
import type { Proxies } from './proxies.ts'

export function securityHeaders(): MiddlewareHandler {
  return secureHeaders({
    // Own files only, no inline script or style, no framing. Previews are data: URLs.
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    // With `no-referrer` browsers would send the Origin `null` for our own forms.
    referrerPolicy: 'same-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
    // Set by the operator's proxy, which has the certificate.
    strictTransportSecurity: false,
  })
}

/**
 * Marks every response as Easel's, so the page's script distinguishes Easel's refusals from those of a proxy whose server is
 * unavailable.
 */
export function ownAnswers(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    c.header('X-Easel', 'answer')
  }
}

/** The maximum number of addresses that the log names as unconfigured proxies, because anybody can send such headers. */
const maxNamed = 5

/**
 * Refuses unknown hosts, against DNS rebinding (a foreign name that resolves to this machine), and changes requested by
 * pages of other sites (CSRF). Each refusal is logged with the setting that allows it, for operators of a proxy.
 */
export function ownPagesOnly({ allowedHosts, proxies, words, log }: OwnPagesParts): MiddlewareHandler {
  const { refused } = words.web
  const named = new Set<string | undefined>()
  return async (c, next) => {
    const { host, from, isUnnamedProxy } = proxies.addressed(c)
    if (isUnnamedProxy && named.size < maxNamed && !named.has(from)) {
      named.add(from)
      log.warn(
        { from, name: 'the proxy in web.proxies, if it is ours' },
        'a proxy that is not named: all people behind it count as one address',
      )
    }
    const sender = {
      host: excerpt(host),
      from,
      ...(isUnnamedProxy ? { orName: 'the proxy in web.proxies' } : {}),
    }
    if (host === undefined || !isOwnHost(host, allowedHosts)) {
      log.warn({ status: 421, ...sender, name: 'that host in web.allowedHosts' }, 'a host that is not ours')
      return c.text(refused.host(excerpt(host)), 421)
    }
    const origin = c.req.header('origin')
    const changes = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (changes && (origin === undefined || !isOwnOrigin(origin, host, allowedHosts))) {
      // With its port, without which an entry allows the default port alone.
      const entry = excerpt(hostOfOrigin(origin ?? ''))
      const name = entry === '' ? undefined : `${entry} in web.allowedHosts, if it is ours`
      log.warn({ status: 403, ...sender, origin: excerpt(origin), name }, 'a page that is not ours')
      return c.text(refused.origin(excerpt(origin), entry, excerpt(host)), 403)
    }
    return next()
  }
}

export interface OwnPagesParts {
  allowedHosts: readonly string[]
  proxies: Proxies
  words: Words
  log: Logger
}

/** A short excerpt of a header for the log. */
function excerpt(header: string | undefined): string {
  return (header ?? '').slice(0, 100)
}
