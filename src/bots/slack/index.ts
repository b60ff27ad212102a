/** The module of Slack. It loads the adapter, and Bolt with it, only where the secrets are set. */
import type { AdapterModule } from '../adapter.ts'
import { slackSetup } from './transport/setup.ts'

export const slackAdapter: AdapterModule = {
  platform: 'slack',
  isRequired: false,
  setup: ({ config, secrets }) => slackSetup(config, secrets),
  async diagnose(settings) {
    const { diagnose } = await import('./transport/diagnose.ts')
    return diagnose(settings)
  },
  async create(parts, documents) {
    const { SlackAdapter } = await import('./slack-adapter.ts')
    return new SlackAdapter(parts, documents)
  },
}
