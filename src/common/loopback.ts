/** Hosts that are this machine: what is sent to them does not leave it. */

/** A loopback name or address, in the form of a URL, a Host header or a socket. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|(\[?::ffff:)127(\.\d{1,3}){3}\]?)$/i.test(host)
}
