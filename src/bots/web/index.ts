/** The module of the web chat. */

import { listeningAddress } from '../../net/listen.ts'
import type { AdapterModule } from '../adapter.ts'
import { addressFinding } from '../address-finding.ts'

export const webAdapter: AdapterModule = {
  platform: 'web',
  // Without the web chat the configured address would not respond, so the server requires it.
  isRequired: true,
  setup: ({ config }) => (config.web.enabled ? { kind: 'ready' } : { kind: 'off', setting: 'web.enabled' }),
  // Whether the server could listen on the address.
  async diagnose({ config, words, isRunning }) {
    return [await addressFinding(listeningAddress(config, 'web'), isRunning, words)]
  },
  async create(parts) {
    const { WebAdapter } = await import('./web-adapter.ts')
    return new WebAdapter(parts)
  },
}
