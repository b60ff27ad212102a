/** The interface of commands: a row of the table of commands with its handler, and the handler's replies. */
import type { Easel } from '../../app/easel.ts'
import type { Caller } from '../../app/people/people.ts'
import type { Problem } from '../../app/problems.ts'
import type { JobView, StatsView } from '../../app/views/views.ts'
import type { Ids } from '../../system/ports.ts'
import type { Words } from '../../words/en.ts'
import type { Message } from '../messages/message.ts'
import type { CommandOption, TypedOptions } from './command-option.ts'

export interface Command {
  /** The people to whom the command is offered; app/ decides who may use it. */
  readonly access: 'everyone' | 'admins'
  /** The readers of the reply. Refusals are always private. */
  readonly visibility: 'private' | 'conversation'
  /** The command is read-only: a menu may offer it, and a link may open it. */
  readonly isView: boolean
  /** The options in typing order. The options of /imagine are the flags. */
  readonly options: readonly CommandOption[]
  handle(context: CommandContext, typed: TypedOptions): CommandReply | Promise<CommandReply>
}

export interface CommandContext {
  easel: Easel
  ids: Ids
  caller: Caller
  words: Words
  nowMs: number
  /** The prefix of typed commands: `/`, on Slack `/easel `. */
  prefix: string
  /** The usage of this command: `/show ID`. */
  usage: string
}

export type CommandReply =
  | { kind: 'message'; message: Message }
  | { kind: 'refused'; problems: Problem[] }
  /** A request for pictures; each platform reads its flags, options and files. */
  | { kind: 'paint' }
  | { kind: 'form'; form: 'settings' }
  /** The job's result, which is being delivered to the conversation. */
  | { kind: 'deliver'; job: JobView; deliveryId: string }
  /** `message` summarises the statistics; a chart and a CSV table accompany it. */
  | { kind: 'stats'; message: Message; stats: StatsView; days: number }
