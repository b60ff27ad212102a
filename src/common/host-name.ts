/** Reads a host with or without a port, as Host headers, origins and settings name it. Pure. */

export interface HostAndPort {
  /** Lower case, in the form of browsers (punycode), without the dot of an absolute name; IPv6 addresses in brackets. */
  name: string
  /** Undefined for the default port. */
  port?: string
}

/** Parses a host; undefined for any other text, such as a URL, a pattern, or an IPv6 address without brackets. */
export function readHost(host: string): HostAndPort | undefined {
  const [, name = '', port] =
    /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]*.][^\s:/?#@\\[\]*]*?)\.?(?::(\d{1,5}))?$/i.exec(host) ?? []
  const url = `http://${name}${port === undefined ? '' : `:${port}`}`
  if (name === '' || !URL.canParse(url)) return undefined
  return { name: new URL(url).hostname, ...(port === undefined ? {} : { port }) }
}
