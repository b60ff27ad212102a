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

/** The statements of one kind of header. A property that the header does not state is absent. */
interface Forwarding {
  host?: string | undefined
  proto?: string | undefined
  /** The addresses through which the request came, the browser's first; undefined where a name hides one. */
  addresses?: readonly (string | undefined)[] | undefined
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
    const stated = forwardingsOf(name => c.req.header(name))
    const trusted = isNamed ? stated : []
    const client =
      agreed(trusted.map(({ addresses }) => addresses && (this.#browserOf(addresses) ?? from))) ?? from
    const host = agreed(trusted.map(each => each.host)) ?? c.req.header('host')
    return {
      ...(host === undefined ? {} : { host }),
      ...(from === undefined ? {} : { from }),
      ...(client === undefined ? {} : { client }),
      isSecure: agreed(trusted.map(({ proto }) => proto)) === 'https',
      isUnnamedProxy: !isNamed && stated.length > 0,
    }
  }

  /**
   * The nearest address that is not of a configured proxy; addresses before it may be forged. If all of them are configured, the
   * last one is that of a browser in a configured network. Undefined if a name hides it.
   */
  #browserOf(addresses: readonly (string | undefined)[]): string | undefined {
    const isForeign = (address: string | undefined) => !this.#names(address)
    const nearest = addresses.findLastIndex(isForeign)
    return addresses.at(nearest)
  }

  #names(address: string | undefined): boolean {
    return address !== undefined && this.#named.check(address, familyOf(address))
  }
}

/**
 * The X-Forwarded headers, X-Real-IP, and the standard's one (RFC 7239), as far as they are there. A proxy forwards headers that it
 * does not set, so each of them may be the browser's.
 */
function forwardingsOf(header: (name: string) => string | undefined): Forwarding[] {
  const [chain, realIp, standard] = [header('x-forwarded-for'), header('x-real-ip'), header('forwarded')]
  const [host, proto] = [lastOf(header('x-forwarded-host')), lastOf(header('x-forwarded-proto'))]
  return [
    ...(chain === undefined ? [] : [{ addresses: addressesIn(chain.split(',')) }]),
    ...(host === undefined ? [] : [{ host }]),
    ...(proto === undefined ? [] : [{ proto: proto.toLowerCase() }]),
    ...(realIp === undefined ? [] : [{ addresses: addressesIn(realIp.split(',')) }]),
    ...(standard === undefined ? [] : [parseForwarded(standard)]),
  ]
}

/** The value that all stated values agree on; undefined if they disagree, because one of them may be forged. */
function agreed(values: readonly (string | undefined)[]): string | undefined {
  const different = new Set(values.filter(value => value !== undefined))
  return different.size === 1 ? [...different][0] : undefined
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
  const isOfAddresses = elements.some(element => element.has('for'))
  return {
    host: nearest?.get('host'),
    proto: nearest?.get('proto')?.toLowerCase(),
    addresses: isOfAddresses ? addressesIn(elements.map(element => element.get('for') ?? '')) : undefined,
  }
}

/** The addresses, with undefined in place of a name that hides one, such as `unknown`. */
function addressesIn(written: readonly string[]): (string | undefined)[] {
  return written.map(one => {
    const address = plain(one.trim())
    return address !== undefined && isIP(address) !== 0 ? address : undefined
  })
}

/** The last value, which the trusted proxy appended. Earlier values may be forged. */
function lastOf(header: string | undefined): string | undefined {
  return header?.split(',').at(-1)?.trim() || undefined
}

/**
 * The address without the port that some proxies add, so that a new connection is no new address; an IPv4-mapped address as IPv4.
 */
function plain(address: string | undefined): string | undefined {
  return address
    ?.replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^((?:\d+\.){3}\d+):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
