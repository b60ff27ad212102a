/** Which names are ours: what a Host header, an Origin header and an entry of web.allowedHosts say of them. Pure. */

interface HostAndPort {
  /** In lower case, as browsers write it (punycode); addresses of IPv6 in brackets. */
  name: string
  /** Undefined where it is the usual one. */
  port?: string
}

/** Loopback and literal addresses are ours (rebinding needs a name), and names that the operator allows. */
export function isOwnHost(host: string, allowedHosts: readonly string[]): boolean {
  const asked = readHost(host)
  if (asked === undefined) return false
  return isLoopback(asked.name) || isAddress(asked.name) || allowedHosts.some(entry => allows(entry, asked))
}

/**
 * Whether a page of that origin is ours: it was opened by the name that the request names us by, or by one that the
 * operator allows, since a proxy may call us by another name than browsers call it.
 */
export function isOwnOrigin(origin: string, host: string, allowedHosts: readonly string[]): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return false
  const page = { name: url.hostname, ...(url.port === '' ? {} : { port: url.port }) }
  const usualPort = url.protocol === 'https:' ? '443' : '80'
  const asked = readHost(host)
  if (asked?.name === page.name && (asked.port ?? usualPort) === (page.port ?? usualPort)) return true
  // Another port of the same machine is another site, unless that port is named.
  return allowedHosts.some(entry => {
    const allowed = readHost(entry)
    return allowed?.name === page.name && (allowed.port ?? usualPort) === (page.port ?? usualPort)
  })
}

/** A loopback name or address, as a host header or a socket spells it. */
export function isLoopback(name: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|(\[?::ffff:)127(\.\d{1,3}){3}\]?)$/i.test(name)
}

/** A host and a port and nothing else: whatever reads as more is a trick. */
function readHost(host: string): HostAndPort | undefined {
  const [, name = '', port] = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i.exec(host) ?? []
  const url = `http://${name}${port === undefined ? '' : `:${port}`}`
  if (name === '' || !URL.canParse(url)) return undefined
  return { name: new URL(url).hostname, ...(port === undefined ? {} : { port }) }
}

/** An entry without a port holds for all of them. */
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
