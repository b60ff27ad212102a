/** The permission bits that matter here, and how a channel changes them (developers/topics/permissions). */
export const permission = {
  Administrator: 1n << 3n,
  ManageGuild: 1n << 5n,
  ViewChannel: 1n << 10n,
  SendMessages: 1n << 11n,
  ManageMessages: 1n << 13n,
  EmbedLinks: 1n << 14n,
  AttachFiles: 1n << 15n,
  ReadMessageHistory: 1n << 16n,
  Connect: 1n << 20n,
  UseApplicationCommands: 1n << 31n,
  ManageThreads: 1n << 34n,
  CreatePublicThreads: 1n << 35n,
  SendMessagesInThreads: 1n << 38n,
} as const

export type PermissionName = keyof typeof permission

export function bits(...names: PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | permission[name], 0n)
}

const all = Object.values(permission).reduce((sum: bigint, bit) => sum | bit, 0n)

/** What everybody has, and what a bot is invited with. */
export const usual = bits(
  'ViewChannel',
  'SendMessages',
  'EmbedLinks',
  'AttachFiles',
  'ReadMessageHistory',
  'Connect',
  'UseApplicationCommands',
  'CreatePublicThreads',
  'SendMessagesInThreads',
)

/** What a channel gives to everybody or to one member, and takes from them. */
export interface Overwrite {
  allow: bigint
  deny: bigint
}

/** Applies overwrites in Discord's order, everybody's before the member's own; administrators stand above them. */
export function overwritten(base: bigint, overwrites: readonly (Overwrite | undefined)[]): bigint {
  if ((base & permission.Administrator) !== 0n) return all
  return overwrites.reduce((held, each) => (each ? (held & ~each.deny) | each.allow : held), base)
}
