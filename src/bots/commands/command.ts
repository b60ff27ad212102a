/** What a command is: a row of the table of commands with its handler, and the replies that handlers give. */
import type { Easel } from '../../app/easel.ts'
import type { Caller } from '../../app/people.ts'
import type { Problem } from '../../app/problems.ts'
import type { JobView, StatsView } from '../../app/views.ts'
import type { Ids } from '../../ports.ts'
import type { Words } from '../../words/en.ts'
import type { Message } from '../messages/message.ts'
import type { CommandOption, TypedOptions } from './command-option.ts'

export interface Command {
  /** Whom the command is offered to; app/ decides who may use it. */
  readonly access: 'everyone' | 'admins'
  /** Who sees what comes of it. Refusals are private all the same. */
  readonly visibility: 'private' | 'conversation'
  /** It shows something and changes nothing: a menu may offer it, and a link may open it. */
  readonly isView: boolean
  /** In the order in which they are typed. The options of /imagine are the flags. */
  readonly options: readonly CommandOption[]
  handle(context: CommandContext, typed: TypedOptions): CommandReply | Promise<CommandReply>
}

export interface CommandContext {
  easel: Easel
  ids: Ids
  caller: Caller
  words: Words
  nowMs: number
  /** What the names of commands are typed after: `/`, on Slack `/easel `. */
  prefix: string
  /** How this command is typed: `/show ID`. */
  usage: string
}

export type CommandReply =
  | { kind: 'message'; message: Message }
  | { kind: 'refused'; problems: Problem[] }
  /** A request for pictures; each platform reads its flags, options and files. */
  | { kind: 'paint' }
  | { kind: 'form'; form: 'settings' }
  /** The job's result, on its way to the conversation. */
  | { kind: 'bring'; job: JobView; deliveryId: string }
  /** `message` sums the figures up; a chart and a table go with it. */
  | { kind: 'stats'; message: Message; stats: StatsView; days: number }
