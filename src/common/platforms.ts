/** The platforms that people use Easel on. Types, stored documents and the configuration derive from this list. */
export const chatPlatforms = ['web', 'discord', 'slack'] as const
export type ChatPlatform = (typeof chatPlatforms)[number]

export function isChatPlatform(name: string): name is ChatPlatform {
  return chatPlatforms.some(known => known === name)
}

/** The chat platforms and the command line. */
export const platforms = [...chatPlatforms, 'cli'] as const
export type Platform = (typeof platforms)[number]
