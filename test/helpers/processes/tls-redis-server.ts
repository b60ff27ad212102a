/** A Redis behind TLS, with a certificate of its own that only its file makes trusted. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { tempFolder } from '../temp-folder.ts'
import { freePort, startRedis } from './redis-server.ts'

export async function startTlsRedis(): Promise<{ url: string; certificate: string }> {
  const folder = tempFolder()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'ca.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  const request = ['req', '-x509', ...curve, '-nodes', '-days', '1', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' })
  const port = await freePort()
  await startRedis([
    ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
  ])
  return { url: `rediss://localhost:${port}`, certificate }
}
