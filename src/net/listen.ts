/** Listens on a configured address, with one clear fault when that fails. */
import { createServer, type Server } from 'node:net'
import type { Config } from '../config/config.ts'
import { errorCode } from '../errors/error-code.ts'
import { AppError } from '../errors/errors.ts'

/** The section of the configuration that names an address: `web` for `web.host` and `web.port`. */
type Section = 'web' | 'slack'

/** A configured address with its section. */
export interface ListeningAddress {
  host: string
  port: number
  section: Section
}

/** The configured address of a section. */
export function listeningAddress(config: Pick<Config, Section>, section: Section): ListeningAddress {
  const { host, port } = config[section]
  return { host, port, section }
}

/**
 * Resolves once the server listens.
 * @throws AppError 'port-in-use' when the port is taken, 'config' when the address is invalid.
 */
export function listen(server: Server, address: ListeningAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(faultOf(error, address)))
    server.listen(address.port, address.host, resolve)
  })
}

/** Why a server cannot listen there now; undefined if it can. */
export async function addressFault(address: ListeningAddress): Promise<AppError | undefined> {
  const server = createServer()
  try {
    await listen(server, address)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  await new Promise<void>(resolve => server.close(() => resolve()))
  return undefined
}

function faultOf(error: NodeJS.ErrnoException, { host, port, section }: ListeningAddress): AppError {
  if (error.code === 'EADDRINUSE')
    return new AppError('port-in-use', { host, port, key: `${section}.port` }, error)
  const problem = { what: 'address', address: `${host}:${port}`, code: errorCode(error) } as const
  return new AppError('config', { key: `${section}.host, ${section}.port`, problem }, error)
}
