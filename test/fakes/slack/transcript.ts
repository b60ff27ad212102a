/** The conversation as people saw it: channels, threads, messages, what only one person sees, modals and homes. */
import { readBlocks, readPost } from './reading.ts'
import type { Channel, Post, World } from './world.ts'

export function nameOf(world: World, id: string): string {
  const member = world.members.get(id)
  if (member !== undefined) return member.name
  return [...world.teams.values()].some(team => team.botUserId === id) ? 'easel' : id
}

export function postLines(world: World, post: Post, indent: string): string[] {
  const marks = [
    ...(post.editCount > 0 ? [`edited ${post.editCount}×`] : []),
    ...(post.onlyFor === undefined ? [] : [`only visible to ${nameOf(world, post.onlyFor)}`]),
  ]
  const head = `${indent}${nameOf(world, post.authorId)}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
  const body = readPost(world, post).lines.flatMap(line => line.split('\n').map(part => `${indent}  ${part}`))
  return [head, ...body]
}

/** One channel, oldest first, threads below their parents. */
export function channelTranscript(world: World, channel: Channel): string {
  const posts = world.posts.filter(post => post.channelId === channel.id)
  const lines = [channel.kind === 'im' ? `=== direct messages (${channel.name})` : `=== #${channel.name}`]
  for (const post of posts.filter(candidate => candidate.threadTs === undefined)) {
    const replies = posts.filter(reply => reply.threadTs === post.ts && !reply.deleted)
    if (post.deleted && replies.length === 0) continue
    lines.push(...(post.deleted ? ['This message was deleted.'] : postLines(world, post, '')))
    for (const reply of replies) lines.push(...postLines(world, reply, '    '))
  }
  return lines.join('\n')
}

/** All channels that hold something, then the homes. */
export function transcript(world: World): string {
  const channels = [...world.channels.values()]
    .filter(channel => world.posts.some(post => post.channelId === channel.id))
    .map(channel => channelTranscript(world, channel))
  const homes = [...world.homes.values()].map(home =>
    [`=== home of ${nameOf(world, home.userId)}`, ...readBlocks(home.content.blocks).lines].join('\n'),
  )
  return [...channels, ...homes].join('\n\n')
}

/** Everything that text of the app set off so far; links to messages of the conversation are no harm. */
export function provoked(world: World): { pings: string[]; links: string[] } {
  const bots = new Set([...world.teams.values()].map(team => team.botUserId))
  const readings = world.posts.filter(post => bots.has(post.authorId)).map(post => readPost(world, post))
  const views = [...world.homes.values(), ...world.views.values()].map(view =>
    readBlocks(view.content.blocks),
  )
  const all = [...readings, ...views]
  return {
    pings: all.flatMap(reading => reading.pings),
    links: all.flatMap(reading => reading.links).filter(link => !world.permalinks.has(link)),
  }
}
