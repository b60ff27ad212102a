/** Decides which host names are allowed, for Host headers, Origin headers and entries of web.allowedHosts. Pure. */
import { type HostAndPort, readHost } from '../../../common/host-name.ts'
import { isLoopback } from '../../../common/loopback.ts'

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
  const page = readHost(hostOfOrigin(origin) ?? '')
  if (page === undefined) return false
  const defaultPort = new URL(origin).protocol === 'https:' ? '443' : '80'
  // Another port of the same machine is another site, unless that port is allowed.
  return [host, ...allowedHosts].some(own => {
    const ours = readHost(own)
    return ours?.name === page.name && (ours.port ?? defaultPort) === (page.port ?? defaultPort)
  })
}

/** The host of a page's origin, with its port unless that is the default one; undefined if the origin is not a page's. */
export function hostOfOrigin(origin: string): string | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.host : undefined
}

/** An entry without a port allows all ports. */
function allows(entry: string, asked: HostAndPort): boolean {
  const allowed = readHost(entry)
  if (allowed?.name !== asked.name) return false
  return (
    allowed.port === undefined ||
    allowed.port === asked.port ||
    (asked.port === undefined && hasDefaultPort(allowed))
  )
}

function hasDefaultPort({ port }: HostAndPort): boolean {
  return port === '80' || port === '443'
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.startsWith('[')
}
