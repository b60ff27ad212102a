/** How a browser addressed us: by the request's own headers, or by what a proxy that the operator named passes on. */
import { BlockList, isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

export interface Addressed {
  /** Undefined where the request names no host. */
  host?: string
  isSecure: boolean
  /** The other end of the connection. */
  from?: string
  /** Where the browser is: what a named proxy says, or the other end. */
  client?: string
  /** It passed on a host of its own, and is no proxy that the operator named. */
  isUnnamedProxy: boolean
}

export class Proxies {
  readonly #named = new BlockList()

  /** Addresses, or networks as `10.0.0.0/8`; throws for what is neither. */
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

/** Each proxy adds its word at the end; what stands before it, anybody may have written. */
function lastOf(header: string | undefined): string | undefined {
  return header?.split(',').at(-1)?.trim() || undefined
}

/** An address of IPv4 may come in the clothes of IPv6. */
function plain(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
