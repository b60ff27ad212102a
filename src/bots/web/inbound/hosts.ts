/** Decides which host names are allowed, for Host headers, Origin headers and entries of web.allowedHosts. Pure. */
import { isLoopback } from '../../../common/loopback.ts'

interface HostAndPort {
  /** Lower case, in the form of browsers (punycode); IPv6 addresses in brackets. */
  name: string
  /** Undefined for the default port. */
  port?: string
}

/** Allows loopback and literal addresses, because DNS rebinding needs a name, and names that the operator allows. */
export function isOwnHost(host: string, allowedHosts: readonly string[]): boolean {
  const asked = readHost(host)
  if (asked === undefined) return false
  return isLoopback(asked.name) || isAddress(asked.name) || allowedHosts.some(entry => allows(entry, asked))
}

/**
 * Whether an origin is allowed: it equals the request's host, or the operator allows it, because a proxy may use another
 * host name than browsers.
 */
export function isOwnOrigin(origin: string, host: string, allowedHosts: readonly string[]): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return false
  const page = { name: url.hostname, ...(url.port === '' ? {} : { port: url.port }) }
  const usualPort = url.protocol === 'https:' ? '443' : '80'
  const asked = readHost(host)
  if (asked?.name === page.name && (asked.port ?? usualPort) === (page.port ?? usualPort)) return true
  // Another port of the same machine is another site, unless that port is allowed.
  return allowedHosts.some(entry => {
    const allowed = readHost(entry)
    return allowed?.name === page.name && (allowed.port ?? usualPort) === (page.port ?? usualPort)
  })
}

/** Parses a host and an optional port; anything else is refused. */
function readHost(host: string): HostAndPort | undefined {
  const [, name = '', port] = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i.exec(host) ?? []
  const url = `http://${name}${port === undefined ? '' : `:${port}`}`
  if (name === '' || !URL.canParse(url)) return undefined
  return { name: new URL(url).hostname, ...(port === undefined ? {} : { port }) }
}

/** An entry without a port allows all ports. */
function allows(entry: string, asked: HostAndPort): boolean {
  const allowed = readHost(entry)
  if (allowed?.name !== asked.name) return false
  return (
    allowed.port === undefined ||
    allowed.port === asked.port ||
    (asked.port === undefined && isUsual(allowed))
  )
}

function isUsual({ port }: HostAndPort): boolean {
  return port === '80' || port === '443'
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith('[')
}
