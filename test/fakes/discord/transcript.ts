/** The conversation as a person sees it, in plain lines: channels, threads, messages, pictures, buttons. */
import type { Component } from './limits/components.ts'
import { flag } from './limits/messages.ts'
import { read } from './rules/markdown.ts'
import type { Attachment, Channel, Message, User, World } from './world.ts'

/** Everything in a channel and the threads under its messages, as `viewer` sees it. */
export function transcript(world: World, channel: Channel, viewer?: User): string {
  const title = channel.type === 1 ? `Direct messages with ${channel.name}` : `#${channel.name}`
  return [title, ...conversation(world, channel, viewer)].join('\n')
}

function conversation(world: World, channel: Channel, viewer: User | undefined): string[] {
  return world.messagesIn(channel, viewer).flatMap(message => {
    const thread = world.channels.get(message.id)
    const below =
      thread && !thread.deleted
        ? [`└─ thread “${thread.name}”`, ...indent(conversation(world, thread, viewer), '   ')]
        : []
    return [...messageLines(world, message), ...below]
  })
}

/** One message: who, what, pictures, buttons. */
export function messageLines(world: World, message: Message): string[] {
  const marks = [
    message.ephemeralTo ? `only ${message.ephemeralTo.displayName} sees this` : '',
    message.commandUsed ? `${message.commandUsed}` : '',
    message.replyTo ? `in reply to ${replied(world, message.replyTo)}` : '',
    message.editedAt.length > 0 ? 'edited' : '',
  ].filter(mark => mark !== '')
  const head = `${message.author.displayName}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}:`
  return [head, ...indent(bodyLines(world, message), '  ')]
}

/** The text of a message without its frame, for searching. */
export function seenText(world: World, message: Message): string {
  return bodyLines(world, message).join('\n')
}

function bodyLines(world: World, message: Message): string[] {
  if ((message.flags & flag.loading) !== 0) return ['… is thinking']
  const lines = shown(message.content)
  for (const e of message.embeds) {
    if (e.title) lines.push(`▌ ${read(e.title).shown}`)
    if (e.description) lines.push(...indent(shown(e.description), '▌ '))
    for (const field of e.fields ?? []) lines.push(`▌ ${read(field.name).shown}: ${read(field.value).shown}`)
    if (e.footer) lines.push(`▌ ${e.footer.text}`)
  }
  if (!world.isV2(message)) for (const each of message.attachments) lines.push(picture(each))
  for (const component of message.components) lines.push(...componentLines(component, message))
  return lines
}

function componentLines(component: Component, message: Message): string[] {
  switch (component.type) {
    case 1:
      return [component.components.flatMap(inner => componentLines(inner, message)).join(' ')]
    case 2:
      return [`[${component.label ?? component.emoji?.name ?? ''}${component.disabled ? ' (off)' : ''}]`]
    case 3:
      return [`[${component.placeholder ?? 'choose'} ▾]`]
    case 9:
      return [
        ...component.components.flatMap(inner => componentLines(inner, message)),
        ...componentLines(component.accessory, message),
      ]
    case 10:
      return shown(component.content)
    case 11:
      return [mediaLine(component.media.url, component.description, component.spoiler, message)]
    case 12:
      return component.items.map(item => mediaLine(item.media.url, item.description, item.spoiler, message))
    case 13:
      return [mediaLine(component.file.url, undefined, component.spoiler, message)]
    case 14:
      return component.divider === false ? [] : ['───']
    case 17:
      return indent(
        component.components.flatMap(inner => componentLines(inner, message)),
        component.spoiler ? '▓ ' : '│ ',
      )
    default:
      return ['[choose ▾]']
  }
}

function mediaLine(
  url: string,
  alt: string | null | undefined,
  spoiler: boolean | undefined,
  message: Message,
): string {
  const name = url.replace('attachment://', '')
  const attachment = message.attachments.find(each => each.filename === name)
  const line = attachment
    ? picture({ ...attachment, description: alt ?? attachment.description })
    : `<picture at ${url}>`
  return spoiler ? `||${line}||` : line
}

function picture(attachment: Attachment): string {
  const size = attachment.widthPx ? `${attachment.widthPx}×${attachment.heightPx}, ` : ''
  const alt = attachment.description ? `, alt “${attachment.description}”` : ''
  return `<${attachment.filename}: ${size}${attachment.bytes.length} bytes, ${attachment.hash.slice(0, 8)}${alt}>`
}

function replied(world: World, id: string): string {
  const message = world.messages.get(id)
  if (!message || message.deleted) return 'a deleted message'
  const first = bodyLines(world, message)[0] ?? ''
  return `“${first.slice(0, 60)}”`
}

function shown(text: string): string[] {
  return text === '' ? [] : read(text).shown.split('\n')
}

function indent(lines: string[], by: string): string[] {
  return lines.map(line => by + line)
}
