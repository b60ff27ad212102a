/** How Discord says no: an HTTP status, a code of its own and, for bad forms, the fields at fault. */

/** One field at fault, as Discord nests it under `errors`. */
export interface FieldFault {
  path: readonly PropertyKey[]
  code: string
  message: string
}

export class Refusal extends Error {
  readonly status: number
  readonly code: number
  readonly faults: readonly FieldFault[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: number,
    message: string,
    faults: readonly FieldFault[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.faults = faults
    this.headers = headers
  }

  toJson(): object {
    const errors = this.faults.length > 0 ? { errors: nested(this.faults) } : {}
    return { message: this.message, code: this.code, ...errors }
  }
}

/** Codes and sentences of developers/topics/opcodes-and-status-codes. */
export const refuse = {
  unauthorized: () => new Refusal(401, 0, '401: Unauthorized'),
  slowmode: () => new Refusal(400, 20016, 'This action cannot be performed due to slowmode rate limit'),
  tooManyOldEdits: () =>
    new Refusal(400, 30046, 'Maximum number of edits to messages older than 1 hour reached'),
  unknownRoute: () => new Refusal(404, 0, '404: Not Found'),
  unknownChannel: () => new Refusal(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new Refusal(404, 10004, 'Unknown Guild'),
  unknownMessage: () => new Refusal(404, 10008, 'Unknown Message'),
  unknownUser: () => new Refusal(404, 10013, 'Unknown User'),
  unknownWebhook: () => new Refusal(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new Refusal(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new Refusal(404, 10063, 'Unknown application command'),
  tooLarge: () => new Refusal(413, 40005, 'Request entity too large'),
  alreadyAcknowledged: () => new Refusal(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new Refusal(403, 50001, 'Missing Access'),
  directMessagesOnly: () => new Refusal(403, 50003, 'Cannot execute action on a DM channel'),
  notOurMessage: () => new Refusal(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new Refusal(400, 50006, 'Cannot send an empty message'),
  cannotMessageUser: () => new Refusal(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new Refusal(403, 50013, 'Missing Permissions'),
  wrongChannelType: () => new Refusal(400, 50024, 'Cannot execute action on this channel type'),
  tokenExpired: () => new Refusal(401, 50027, 'Invalid Webhook Token'),
  invalidForm: (faults: readonly FieldFault[] = []) => new Refusal(400, 50035, 'Invalid Form Body', faults),
  entryPointRemoved: () =>
    new Refusal(
      400,
      50240,
      "You cannot remove this app's Entry Point command in a bulk update operation. Please include the Entry Point command in your update request or delete it separately.",
    ),
  threadArchived: () => new Refusal(400, 50083, 'Thread is archived'),
  cannotReply: () => new Refusal(400, 160002, 'Cannot reply without permission to read message history'),
  threadExists: () => new Refusal(400, 160004, 'A thread has already been created for this message'),
  threadLocked: () => new Refusal(400, 160005, 'Thread is locked'),
  tooManyThreads: () => new Refusal(400, 160006, 'Maximum number of active threads reached in this server'),
  messageBlocked: () => new Refusal(400, 200000, 'Message was blocked by automatic moderation'),
  titleBlocked: () => new Refusal(400, 200001, 'Title was blocked by automatic moderation'),
  linkBlocked: () => new Refusal(400, 240000, 'Message blocked by harmful links filter'),
  uploadsLimited: () => new Refusal(400, 400001, 'Access to file uploads has been limited for this guild'),
  overloaded: () =>
    new Refusal(503, 130000, 'API resource is currently overloaded. Try again a little later'),
}

/** One of each, for tests in which any call may be refused in any way. */
export const everyRefusal: readonly Refusal[] = Object.values(refuse).map(make => make())

const saysGone: readonly number[] = [
  refuse.unknownChannel(),
  refuse.unknownGuild(),
  refuse.unknownMessage(),
].map(({ code }) => code)

/**
 * What Discord may answer to a call at random. 10003, 10004 and 10008 say that an object does not exist
 * (developers/topics/opcodes-and-status-codes). Discord alone knows that, so it is believed at an edit, a deletion and a
 * search, and is never said there of what stands. A post may meet a deletion by somebody else; edits of what is gone have
 * tests of their own.
 */
export function refusalsOf(method: string): readonly Refusal[] {
  return method === 'POST' ? everyRefusal : everyRefusal.filter(({ code }) => !saysGone.includes(code))
}

/** One field at fault. */
export function badField(path: readonly PropertyKey[], code: string, message: string): Refusal {
  return refuse.invalidForm([{ path, code, message }])
}

/** `{content: {_errors: [{code, message}]}}`, the tree that Discord sends. */
function nested(faults: readonly FieldFault[]): object {
  const root: Record<string, unknown> = {}
  for (const { path, code, message } of faults) {
    let node = root
    for (const key of path) {
      const child = node[String(key)]
      if (isRecord(child)) node = child
      else {
        const made: Record<string, unknown> = {}
        node[String(key)] = made
        node = made
      }
    }
    const already = node._errors
    node._errors = [...(Array.isArray(already) ? already : []), { code, message }]
  }
  return root
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
