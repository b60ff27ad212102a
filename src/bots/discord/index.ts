/** The module of Discord. It loads the adapter, and discord.js with it, only where the token is set. */
import { secretVariables } from '../../config/secrets.ts'
import type { AdapterModule } from '../adapter.ts'

export const discordAdapter: AdapterModule = {
  platform: 'discord',
  isRequired: false,
  setup: ({ secrets }) =>
    secrets.discordToken === undefined
      ? { kind: 'off', missing: [secretVariables.discordToken] }
      : { kind: 'ready' },
  async diagnose({ config, secrets, words }) {
    const { findings } = await import('./transport/diagnose.ts')
    return findings(secrets.discordToken ?? '', config, words)
  },
  async create(parts) {
    const { DiscordAdapter } = await import('./discord-adapter.ts')
    return new DiscordAdapter(parts, parts.secrets.discordToken ?? '')
  },
}
