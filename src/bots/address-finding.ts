/** Checks the listening address of an adapter for doctor. */
import { addressFault, type ListeningAddress } from '../net/listen.ts'
import { errorSentence, type Words } from '../words/en.ts'
import type { Finding } from './adapter.ts'

/** `isRunning`: an Easel with this configuration is running and uses the port. */
export async function addressFinding(
  address: ListeningAddress,
  isRunning: boolean,
  words: Words,
): Promise<Finding> {
  const { host, port } = address
  const fault = await addressFault(address)
  if (fault === undefined) return { state: 'fine', detail: words.cli.portFree(host, port) }
  return fault.code === 'port-in-use' && isRunning
    ? { state: 'off', detail: words.cli.portOurs(host, port) }
    : { state: 'wrong', detail: errorSentence(words, fault) }
}
