/** Bits of the intents by which Discord chooses who hears of what (events/gateway). */
export const intent = { guilds: 1 << 0, guildMessages: 1 << 9, directMessages: 1 << 12 } as const
