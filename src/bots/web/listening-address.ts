/** The address on which the web chat listens. */
import type { Config } from '../../config/config.ts'
import type { ListeningAddress } from '../../net/listen.ts'

export function listeningAddress({ web }: Config): ListeningAddress {
  return { host: web.host, port: web.port, section: 'web' }
}
