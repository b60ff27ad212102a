/** Listens on a configured address, with one clear fault when that fails. */
import { createServer, type Server } from 'node:net'
import { errorCode } from '../errors/error-code.ts'
import { AppError } from '../errors/errors.ts'

/** An address of the configuration; `section` is its section: `web` for `web.host` and `web.port`. */
export interface ListeningAddress {
  host: string
  port: number
  section: 'web' | 'slack'
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
