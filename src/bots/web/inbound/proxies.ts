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
  /** The request has forwarding headers, but not from a trusted proxy. */
  isUnnamedProxy: boolean
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
    const isNamed = from !== undefined && this.#named.check(from, familyOf(from))
    const forwardedHost = lastOf(c.req.header('x-forwarded-host'))
    const client = (isNamed ? plain(lastOf(c.req.header('x-forwarded-for'))) : undefined) ?? from
    const host = (isNamed ? forwardedHost : undefined) ?? c.req.header('host')
    return {
      ...(host === undefined ? {} : { host }),
      ...(from === undefined ? {} : { from }),
      ...(client === undefined ? {} : { client }),
      isSecure: isNamed && lastOf(c.req.header('x-forwarded-proto')) === 'https',
      isUnnamedProxy: !isNamed && forwardedHost !== undefined,
    }
  }
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
