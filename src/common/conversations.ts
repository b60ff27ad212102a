/** The kinds of conversations and their audiences. Types and stored documents derive from these lists. */

export const conversationKinds = ['channel', 'thread', 'direct'] as const
export type ConversationKind = (typeof conversationKinds)[number]

/** The readers of a conversation: all members of the space, the channel's members, or only the thread's members. */
export const audiences = ['space', 'channel', 'thread'] as const
export type Audience = (typeof audiences)[number]
