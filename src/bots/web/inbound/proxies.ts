/** Determines how a browser addressed the server: from the request's headers, or from those of a trusted proxy. */
import { BlockList, isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

export interface Addressed {
  /** Undefined if the request has no host. */
  host?: string
  isSecure: boolean
  /** The remote address of the connection. */
  from?: string
  /** The browser's address: as stated by a trusted proxy, otherwise the remote address. */
  client?: string
  /** The request has forwarding headers, but not from a trusted proxy: everybody behind that proxy has its address. */
  isUnnamedProxy: boolean
}

/** What the nearest proxy states. */
interface Forwarding {
  host?: string | undefined
  proto?: string | undefined
  /** The addresses through which the request came, the browser's first. */
  addresses: readonly string[]
}

export class Proxies {
  readonly #named = new BlockList()

  /** Addresses, or networks such as `10.0.0.0/8`. @throws Error when an entry is neither. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/')
      if (bits === undefined) this.#named.addAddress(address, familyOf(address))
      else this.#named.addSubnet(address, Number(bits), familyOf(address))
    }
  }

  addressed(c: Context): Addressed {
    const from = plain(getConnInfo(c).remote.address)
    const isNamed = this.#names(from)
    const stated = forwardingOf(name => c.req.header(name))
    const client = (isNamed ? this.#browserOf(stated) : undefined) ?? from
    const host = (isNamed ? stated?.host : undefined) ?? c.req.header('host')
    return {
      ...(host === undefined ? {} : { host }),
      ...(from === undefined ? {} : { from }),
      ...(client === undefined ? {} : { client }),
      isSecure: isNamed && stated?.proto === 'https',
      isUnnamedProxy: !isNamed && stated !== undefined,
    }
  }

  /** The address nearest to us that is not of a named proxy. What lies before it may be forged. */
  #browserOf(stated: Forwarding | undefined): string | undefined {
    return stated?.addresses.findLast(address => !this.#names(address)) ?? stated?.addresses.at(0)
  }

  #names(address: string | undefined): boolean {
    return address !== undefined && this.#named.check(address, familyOf(address))
  }
}

/** The X-Forwarded headers, X-Real-IP, or the standard's one (RFC 7239); undefined if there is none. */
function forwardingOf(header: (name: string) => string | undefined): Forwarding | undefined {
  const chain = header('x-forwarded-for') ?? header('x-real-ip')
  const [host, proto] = [lastOf(header('x-forwarded-host')), lastOf(header('x-forwarded-proto'))]
  const standard = header('forwarded')
  if (chain === undefined && host === undefined && proto === undefined) {
    return standard === undefined ? undefined : parseForwarded(standard)
  }
  return { host, proto, addresses: addressesIn(chain?.split(',') ?? []) }
}

/** `for=192.0.2.60;proto=https;host=a.example, for="[2001:db8::1]:4711"`: an element per proxy, the nearest last. */
function parseForwarded(header: string): Forwarding {
  const elements = header.split(',').map(element => {
    const pairs = element.split(';').map(pair => {
      const [name = '', ...value] = pair.split('=')
      return [
        name.trim().toLowerCase(),
        value
          .join('=')
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      ] as const
    })
    return new Map(pairs)
  })
  const nearest = elements.at(-1)
  const addresses = addressesIn(elements.map(element => element.get('for') ?? ''))
  return { host: nearest?.get('host'), proto: nearest?.get('proto')?.toLowerCase(), addresses }
}

/** Without names that hide an address, such as `unknown`. */
function addressesIn(written: readonly string[]): string[] {
  return written.flatMap(one => {
    const address = plain(one.trim())
    return address !== undefined && isIP(address) !== 0 ? [address] : []
  })
}

/** The last value, which the trusted proxy appended. Earlier values may be forged. */
function lastOf(header: string | undefined): string | undefined {
  return header?.split(',').at(-1)?.trim() || undefined
}

/** Without the port that some proxies add, so that a new connection is no new address; an IPv4-mapped one as IPv4. */
function plain(address: string | undefined): string | undefined {
  return address
    ?.replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^((?:\d+\.){3}\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
