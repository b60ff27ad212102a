/** Recognises hosts that are this machine, so that data sent to them does not leave it. */

/** Whether a host is a loopback name or address, in the form of a URL, a Host header or a socket. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|(\[?::ffff:)127(\.\d{1,3}){3}\]?)$/i.test(host)
}
