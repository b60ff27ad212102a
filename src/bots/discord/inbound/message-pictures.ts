/** Finds the pictures in a Discord message: ours by their buttons, others by their attachments. Pure. */
import type { Message } from 'discord.js'
import type { MessagePictures } from '../../chat/message-picture.ts'
import { decodeButtonId } from '../../messages/buttons.ts'
import { type GivenFile, givenFile, looksLikePicture } from './downloads.ts'

/** The maximum number of options in a select. */
const maxPictures = 25

/** `idOf` finds one of our pictures by the name of a file; in our own messages names can be trusted. */
export function picturesIn(
  message: Message,
  isOurs: (pictureId: string) => boolean,
  idOf: (fileName: string) => string | undefined = () => undefined,
): MessagePictures<GivenFile> {
  const components = message.components.map(component => component.toJSON())
  const targets = [...customIdsIn(components)].flatMap(id => decodeButtonId(id)?.targetId ?? [])
  const isByUs = message.author.id === message.client.user.id
  const named = isByUs ? [...message.attachments.values()].flatMap(({ name }) => idOf(name) ?? []) : []
  const [first, ...more] = new Set([...targets.filter(isOurs), ...named])
  if (first !== undefined) return { kind: 'stored', pictureIds: [first, ...more] }
  const forwarded = [...message.messageSnapshots.values()]
  const attachments = [message, ...forwarded].flatMap(each => [...each.attachments.values()])
  const [file, ...files] = attachments.filter(looksLikePicture).slice(0, maxPictures).map(givenFile)
  return file === undefined ? { kind: 'none' } : { kind: 'files', files: [file, ...files] }
}

/** The custom ids at any depth. */
function* customIdsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if ('custom_id' in value && typeof value.custom_id === 'string') yield value.custom_id
  for (const inner of Object.values(value)) yield* customIdsIn(inner)
}
