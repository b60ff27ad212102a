/** The people of the fake: they type commands, press buttons and fill in forms as the Discord client lets them. */

import type { Interaction, InteractionKind, Interactions } from './interactions.ts'
import type { AutocompleteChoice } from './limits/callbacks.ts'
import { labelOf, type Modal, modalInputs } from './limits/modals.ts'
import { attachmentJson, channelJson, memberJson, messageJson, userJson } from './payloads.ts'
import { storeFile } from './posting.ts'
import type { CommandBook, RegisteredCommand } from './routes/commands.ts'
import { buttonsOf, checkValue, definitionsOf, labelsOf, selectsOf } from './rules/client-rules.ts'
import type { Gateway } from './transport/gateway.ts'
import type { Attachment, Channel, Message, User, World } from './world.ts'

export type OptionValue = string | number | boolean | Picture
/** A file that a person attaches. */
export interface Picture {
  filename: string
  contentType: string
  bytes: Uint8Array
}

export interface PeopleParts {
  world: World
  interactions: Interactions
  book: CommandBook
  gateway: Gateway
  applicationId: string
  cdnUrl(): string
  keep(attachment: Attachment): void
  /** Resolves when `seen` is true; fails with what was to be seen and what there is instead. */
  until(what: string, seen: () => boolean): Promise<void>
}

export interface TypeOptions {
  /** Skips what the Discord client checks (ranges, lengths), as a forged client could. */
  forged?: boolean
  attachmentSizeLimit?: number
}

export class Person {
  readonly user: User
  readonly #parts: PeopleParts

  constructor(user: User, parts: PeopleParts) {
    this.user = user
    this.#parts = parts
  }

  /** `/imagine` or `/stats jobs` with options by their English names. Does not wait for the answer. */
  async types(
    channel: Channel,
    command: string,
    options: Record<string, OptionValue> = {},
    how: TypeOptions = {},
  ): Promise<Interaction> {
    if (channel.archived) throw new Error('No commands in archived threads.')
    const [name = '', subcommand] = command.replace(/^\//, '').split(' ')
    const registered = this.#find(channel, 1, name)
    const { values, attachments } = await this.#optionValues(registered, subcommand, options, how)
    const interaction = this.#begin('command', channel, {
      commandUsed: `${this.user.displayName} used ${command}`,
    })
    this.#send(interaction, how, {
      type: 2,
      data: {
        id: registered.id,
        name,
        type: 1,
        options: subcommand === undefined ? values : [{ type: 1, name: subcommand, options: values }],
        resolved: attachments.length === 0 ? undefined : { attachments: this.#byId(attachments) },
      },
    })
    return interaction
  }

  /** What is offered while an option is being typed. */
  async completes(
    channel: Channel,
    command: string,
    focused: string,
    typed: string,
    others: Record<string, OptionValue> = {},
  ): Promise<AutocompleteChoice[]> {
    const [name = '', subcommand] = command.replace(/^\//, '').split(' ')
    const registered = this.#find(channel, 1, name)
    const definition = definitionsOf(registered.command, subcommand).find(each => each.name === focused)
    if (!definition?.autocomplete) throw new Error(`${command} ${focused} offers nothing while typing.`)
    const { values } = await this.#optionValues(registered, subcommand, others, { forged: true })
    values.push({ name: focused, type: definition.type, value: typed, focused: true })
    const interaction = this.#begin('autocomplete', channel)
    const options = subcommand === undefined ? values : [{ type: 1, name: subcommand, options: values }]
    this.#send(interaction, {}, { type: 4, data: { id: registered.id, name, type: 1, options } })
    await this.#parts.until(`choices for ${focused}`, () => interaction.answer !== undefined)
    return this.#parts.interactions.choicesOf(interaction) ?? []
  }

  /** A message shortcut: right click, Apps, `name`. */
  uses(name: string, message: Message): Interaction {
    const registered = this.#find(message.channel, 3, name)
    const interaction = this.#begin('command', message.channel, {
      commandUsed: `${this.user.displayName} used ${name}`,
    })
    this.#send(
      interaction,
      {},
      {
        type: 2,
        data: {
          id: registered.id,
          name,
          type: 3,
          target_id: message.id,
          resolved: { messages: { [message.id]: messageJson(message, this.#parts.cdnUrl()) } },
        },
      },
    )
    return interaction
  }

  /** Presses the button with this label; the first of that name unless a number says which. */
  presses(message: Message, label: string, nth = 0): Interaction {
    const button = buttonsOf(message).filter(each => each.label === label)[nth]
    if (!button) throw new Error(`No button “${label}” among ${labelsOf(message).join(', ') || 'none'}.`)
    if (button.disabled) throw new Error(`The button “${label}” is off.`)
    return this.pressesForged(message, button.custom_id ?? '')
  }

  /** Chooses the option with this label in a select of the message. */
  chooses(message: Message, label: string): Interaction {
    for (const select of selectsOf(message)) {
      const option = select.options.find(each => each.label === label)
      if (option === undefined) continue
      if (select.disabled) throw new Error(`The select with “${label}” is off.`)
      return this.#acts(message, { custom_id: select.custom_id, component_type: 3, values: [option.value] })
    }
    throw new Error(`No option “${label}” in the message.`)
  }

  /** A press with a custom id that may be on no button: a stale or a forged client. */
  pressesForged(message: Message, customId: string): Interaction {
    return this.#acts(message, { custom_id: customId, component_type: 2 })
  }

  #acts(message: Message, data: object): Interaction {
    const interaction = this.#begin('component', message.channel, { source: message })
    this.#send(interaction, {}, { type: 3, data, message: messageJson(message, this.#parts.cdnUrl()) })
    return interaction
  }

  /** The form that a press or a command opened. */
  async form(interaction: Interaction): Promise<Modal> {
    await this.#parts.until('a form', () => interaction.answer !== undefined)
    const modal = this.#parts.interactions.modalOf(interaction)
    if (!modal) throw new Error(`A form was expected, the answer was of type ${interaction.answer?.type}.`)
    return modal
  }

  /** Fills in the form by its labels, leaving what it holds where nothing is said, and sends it. */
  async submits(opened: Interaction, fields: Record<string, string> = {}): Promise<Interaction> {
    const modal = await this.form(opened)
    const unknown = Object.keys(fields).find(
      label => !modalInputs(modal).some(input => labelOf(modal, input) === label),
    )
    if (unknown !== undefined) throw new Error(`The form has no field “${unknown}”.`)
    const components = modal.components.flatMap((top): object[] => {
      if (top.type === 10) return []
      const inputs = top.type === 18 ? [top.component] : top.components
      const filled = inputs.map(input => {
        const given = fields[labelOf(modal, input)]
        if (input.type === 4)
          return { type: 4, custom_id: input.custom_id, value: given ?? input.value ?? '' }
        return { type: input.type, custom_id: input.custom_id, values: given === undefined ? [] : [given] }
      })
      return top.type === 18 ? [{ type: 18, component: filled[0] }] : [{ type: 1, components: filled }]
    })
    const interaction = this.#begin('modal', opened.channel, { source: opened.source })
    const { source } = opened
    this.#send(
      interaction,
      {},
      {
        type: 5,
        data: { custom_id: modal.custom_id, components },
        message: source && messageJson(source, this.#parts.cdnUrl()),
      },
    )
    return interaction
  }

  /** Discord delivers the event once more, as it may after a reconnect. */
  redelivers(interaction: Interaction): void {
    if (interaction.event) this.#parts.gateway.dispatch('INTERACTION_CREATE', interaction.event)
  }

  /** Writes an ordinary message, perhaps with pictures. */
  async says(channel: Channel, content: string, pictures: Picture[] = []): Promise<Message> {
    this.#checkIsThere(channel)
    const attachments = await Promise.all(pictures.map(each => this.#attach(each)))
    return this.#parts.world.addMessage({ channel, author: this.user, content, attachments })
  }

  #find(channel: Channel, type: 1 | 3, name: string): RegisteredCommand {
    const offered = this.#parts.book.visibleIn(channel.guild)
    const found = offered.find(each => (each.command.type ?? 1) === type && each.command.name === name)
    if (!found)
      throw new Error(`No command “${name}” among ${offered.map(each => each.command.name).join(', ')}.`)
    const context = channel.type === 1 ? 1 : channel.type === 3 ? 2 : 0
    if (found.command.contexts && !found.command.contexts.includes(context))
      throw new Error(`“${name}” is not offered in context ${context}.`)
    const isUserInstall = channel.type === 3 || (channel.guild !== undefined && !channel.guild.botIsMember)
    if (isUserInstall && !found.command.integration_types?.includes(1))
      throw new Error(`“${name}” is not offered to those who installed the app for themselves.`)
    return found
  }

  async #optionValues(
    registered: RegisteredCommand,
    subcommand: string | undefined,
    options: Record<string, OptionValue>,
    how: TypeOptions,
  ): Promise<{ values: object[]; attachments: Attachment[] }> {
    const definitions = definitionsOf(registered.command, subcommand)
    const values: object[] = []
    const attachments: Attachment[] = []
    for (const [name, value] of Object.entries(options)) {
      const definition = definitions.find(each => each.name === name)
      if (!definition) throw new Error(`/${registered.command.name} has no option “${name}”.`)
      if (typeof value === 'object') {
        const attachment = await this.#attach(value)
        attachments.push(attachment)
        values.push({ name, type: 11, value: attachment.id })
        continue
      }
      if (!how.forged) checkValue(definition, value)
      values.push({ name, type: definition.type, value })
    }
    const missing = definitions.find(each => each.required && !(each.name in options))
    if (missing && !how.forged) throw new Error(`The option “${missing.name}” is required.`)
    return { values, attachments }
  }

  async #attach(picture: Picture): Promise<Attachment> {
    const attachment = await storeFile(this.#parts.world, picture)
    this.#parts.keep(attachment)
    return attachment
  }

  /** Nobody acts where they are not. */
  #checkIsThere(channel: Channel): void {
    if (!this.#parts.world.sees(this.user, channel))
      throw new Error(`${this.user.displayName} cannot see ${channel.name}.`)
  }

  #byId(attachments: Attachment[]): object {
    return Object.fromEntries(attachments.map(each => [each.id, attachmentJson(each, this.#parts.cdnUrl())]))
  }

  #begin(
    kind: InteractionKind,
    channel: Channel,
    more: Pick<Interaction, 'commandUsed' | 'source'> = {},
  ): Interaction {
    this.#checkIsThere(channel)
    return this.#parts.interactions.add({ kind, user: this.user, channel, ...more })
  }

  #send(interaction: Interaction, how: TypeOptions, what: object): void {
    const { world, applicationId, gateway } = this.#parts
    const { channel, user } = interaction
    const permissions = world.userPermissions(channel, user)
    const installed = channel.type === 3 || (channel.guild !== undefined && !channel.guild.botIsMember)
    interaction.event = {
      id: interaction.id,
      application_id: applicationId,
      token: interaction.token,
      version: 1,
      channel_id: channel.id,
      channel: channelJson(channel),
      guild_id: channel.guild?.id,
      guild: channel.guild && { id: channel.guild.id, locale: channel.guild.locale, features: [] },
      guild_locale: channel.guild?.locale,
      locale: user.locale,
      ...(channel.guild ? { member: memberJson(user, permissions) } : { user: userJson(user) }),
      app_permissions: appPermissions(world, channel).toString(),
      entitlements: [],
      authorizing_integration_owners: installed ? { '1': user.id } : { '0': channel.guild?.id ?? '0' },
      context: channel.guild ? 0 : channel.type === 1 ? 1 : 2,
      attachment_size_limit: how.attachmentSizeLimit ?? world.uploadLimitIn(channel, user),
      ...what,
    }
    gateway.dispatch('INTERACTION_CREATE', interaction.event)
  }
}

/** Where the app is no member, Discord says what its answers may hold: embeds and files. */
function appPermissions(world: World, channel: Channel): bigint {
  const member = world.botPermissions(channel)
  return member === 0n && !channel.guild?.botIsMember ? (1n << 14n) | (1n << 15n) : member
}
