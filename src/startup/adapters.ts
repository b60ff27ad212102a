/** The registry of chat platforms, one line each, in the order of the lines at start and in doctor. */
import type { AdapterModule, AdapterSetup } from '../bots/adapter.ts'
import { discordAdapter } from '../bots/discord/index.ts'
import { slackAdapter } from '../bots/slack/index.ts'
import { webAdapter } from '../bots/web/index.ts'
import { errorSentence, type Words } from '../words/en.ts'

export const adapterModules: readonly AdapterModule[] = [webAdapter, discordAdapter, slackAdapter]

/** The sentence on why an adapter is off. */
export function setupSentence(setup: Exclude<AdapterSetup, { kind: 'ready' }>, words: Words): string {
  if (setup.kind === 'wrong') return errorSentence(words, setup.fault)
  return 'setting' in setup ? words.cli.switchedOff(setup.setting) : words.cli.secretsMissing(setup.missing)
}
