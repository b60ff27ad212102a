/** Routes that answer an interaction: the callback, and the webhook that lives as long as its token. */
import type { Interaction, Interactions } from '../interactions.ts'
import { type Callback, callback } from '../limits/callbacks.ts'
import { checked } from '../limits/check.ts'
import { changedMessage, flag, interactionMessage, type SharedBody } from '../limits/messages.ts'
import { messageJson } from '../payloads.ts'
import { attachmentsAfter, ring, type UploadedFile, write } from '../posting.ts'
import { refuse } from '../transport/refusal.ts'
import type { RestRequest, Route } from '../transport/rest.ts'
import type { Message, World } from '../world.ts'

export function interactionRoutes(
  world: World,
  interactions: Interactions,
  applicationId: string,
  cdnUrl: () => string,
): Route[] {
  const webhook = '/webhooks/:application/:token'
  const behind = (request: RestRequest) => {
    if (request.params.application !== applicationId) throw refuse.unknownWebhook()
    return interactions.byToken(request.params.token ?? '')
  }
  return [
    {
      method: 'POST',
      template: '/interactions/:interaction/:token/callback',
      auth: false,
      answer: async request => {
        const { interaction: id = '', token = '' } = request.params
        const answer = checked(callback, request.body)
        const interaction = interactions.accept(id, token, answer)
        await showAnswer(world, interaction, answer, request.files)
        world.changed()
        return undefined
      },
    },
    {
      method: 'POST',
      template: webhook,
      auth: false,
      answer: async request => {
        const interaction = behind(request)
        interactions.mayFollowUp(interaction)
        const body = checked(interactionMessage, request.body)
        const deferred = openDeferral(interaction)
        if (deferred !== undefined) {
          await change(world, deferred, body, request.files)
          return messageJson(deferred, cdnUrl())
        }
        const message = await addAnswer(world, interaction, body, request.files)
        interaction.followUps.push(message)
        // Whoever waits for it looks again: when the message came, it was not yet in the list.
        world.changed()
        return messageJson(message, cdnUrl())
      },
    },
    {
      method: 'GET',
      template: `${webhook}/messages/:message`,
      auth: false,
      answer: request => messageJson(owned(behind(request), request), cdnUrl()),
    },
    {
      method: 'PATCH',
      template: `${webhook}/messages/:message`,
      auth: false,
      answer: async request => {
        const message = owned(behind(request), request)
        const body = checked(changedMessage(world.isV2(message)), request.body)
        await change(world, message, body, request.files)
        return messageJson(message, cdnUrl())
      },
    },
    {
      method: 'DELETE',
      template: `${webhook}/messages/:message`,
      auth: false,
      answer: request => {
        const message = owned(behind(request), request)
        message.deleted = true
        world.changed()
        return undefined
      },
    },
  ]
}

/**
 * The answer that "is thinking". While it is there, a follow-up makes no message of its own: it edits that answer, whose
 * ephemeral state stays as it was deferred (interactions/receiving-and-responding, Create Followup Message).
 */
function openDeferral({ original }: Interaction): Message | undefined {
  const isOpen = original !== undefined && !original.deleted && (original.flags & flag.loading) !== 0
  return isOpen ? original : undefined
}

/** `@original`, or one of the follow-ups. */
function owned(interaction: Interaction, request: RestRequest): Message {
  const id = request.params.message ?? ''
  const message =
    id === '@original'
      ? interaction.original
      : [interaction.original, ...interaction.followUps].find(each => each?.id === id)
  if (!message || message.deleted) throw refuse.unknownMessage()
  return message
}

async function showAnswer(
  world: World,
  interaction: Interaction,
  answer: Callback,
  files: readonly UploadedFile[],
): Promise<void> {
  switch (answer.type) {
    case 4:
      interaction.original = await addAnswer(world, interaction, answer.data, files)
      return
    case 5: {
      const ephemeral = ((answer.data?.flags ?? 0) & flag.ephemeral) !== 0
      interaction.original = world.addMessage({
        channel: interaction.channel,
        author: world.bot,
        flags: flag.loading | (ephemeral ? flag.ephemeral : 0),
        ephemeralTo: ephemeral ? interaction.user : undefined,
        commandUsed: interaction.commandUsed,
      })
      return
    }
    case 6:
      interaction.original = interaction.source
      return
    case 7:
      interaction.original = interaction.source
      if (interaction.source) await change(world, interaction.source, answer.data, files)
      return
    case 8:
    case 9:
  }
}

async function addAnswer(
  world: World,
  interaction: Interaction,
  body: SharedBody,
  files: readonly UploadedFile[],
): Promise<Message> {
  const ephemeral = ((body.flags ?? 0) & flag.ephemeral) !== 0
  const message: Message = {
    id: world.ids.next(),
    channel: interaction.channel,
    author: world.bot,
    content: '',
    embeds: [],
    components: [],
    attachments: [],
    flags: ephemeral ? flag.ephemeral : 0,
    createdAt: world.clock.now(),
    editedAt: [],
    ephemeralTo: ephemeral ? interaction.user : undefined,
    commandUsed: interaction.commandUsed,
    deleted: false,
  }
  write(message, body, await attachmentsAfter(world, [], body, files))
  const added = world.addMessage(message)
  ring(world, added, body)
  return added
}

/** The edit that fills a deferred answer is its first showing, so it rings as a new message would. */
async function change(
  world: World,
  message: Message,
  body: SharedBody,
  files: readonly UploadedFile[],
): Promise<void> {
  const wasLoading = (message.flags & flag.loading) !== 0
  const attachments = await attachmentsAfter(world, message.attachments, body, files)
  write(message, body, attachments)
  if (wasLoading) ring(world, message, body)
  else message.editedAt.push(world.clock.now())
  world.changed()
}
