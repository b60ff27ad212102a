/** What the URLs of Redis and of the store have in common: their host, their display, and the rule for connections without TLS. */
import { isLoopback } from '../common/loopback.ts'
import type { ConfigProblem } from '../errors/config-problem.ts'

/** The host of a URL; an IPv6 address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** A URL in quotes and without its user and password, as a fault shows it. */
export function quotedWithoutSecrets(url: string): string {
  return JSON.stringify(url.replace(/\/\/.*@/, '//'))
}

/**
 * The problem of a connection without TLS; undefined if its host is this machine, or is allowed by name.
 * `scheme`: the encrypted one. `setting`: the setting that lists the allowed hosts.
 */
export function withoutTlsProblem(
  host: string,
  allowed: readonly string[],
  { scheme, setting }: { scheme: 'rediss' | 'https'; setting: string },
): ConfigProblem | undefined {
  const isAllowed = isLoopback(host) || allowed.includes(host)
  return isAllowed ? undefined : { what: 'without-tls', host, scheme, setting }
}
