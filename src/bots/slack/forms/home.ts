/** The app's Home tab: a person's statistics, running jobs with Cancel, defaults as a form; all statistics for admins. */
import type { KnownBlock } from '@slack/types'
import type { DeliveryNotices } from '../../../app/delivery/delivery-status.ts'
import type { JobView } from '../../../app/views/views.ts'
import { dayMs } from '../../../common/durations.ts'
import { AppError } from '../../../errors/errors.ts'
import type { Words } from '../../../words/en.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import { settingsFields } from '../../chat/settings-form.ts'
import { statsDays } from '../../commands/stats.ts'
import { usageMessage } from '../../commands/usage.ts'
import { buttonRows } from '../../messages/buttons.ts'
import { noticeLines } from '../../messages/delivery-notices.ts'
import { jobMessage, shorten, titleOf } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsMessage } from '../../messages/stats-message.ts'
import type { HandlerContext } from '../inbound/handler-context.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { type HomeAddress, workspaceOf, writeReplyAddress } from '../outbound/address.ts'
import { render, richText } from '../outbound/render.ts'
import type { CallOutcome } from '../transport/api.ts'
import { button, inputBlocks, plain } from './fields.ts'

/** The button under the defaults. */
export const saveSettings = 'save-settings'
/** The name under which the jobs on a Home tab are recorded. */
const homeReply = 'home'
/** The maximum number of shown jobs: each has two blocks, and a Home tab holds a hundred. */
const shownJobs = 20
const shownNotices = 10

type HomeContext = Pick<HandlerContext, 'easel' | 'chat' | 'clock' | 'api' | 'requestContexts'>

/**
 * Publishes the Home tab, with a sentence at the top about the last action. Jobs that cannot be recorded are only counted there, and
 * the sentence is the reason.
 */
export async function publishHome(
  context: HandlerContext,
  requester: RequestContext,
  notice?: string,
): Promise<void> {
  let fault: string | undefined
  const shown = await recordShown(context, requester).catch((error: unknown) => {
    fault = faultMessage(error, requester.words, context.log).title
    return countedOnly(context, requester)
  })
  const published = await publish(context, requester, shown, notice ?? fault)
  if (published.kind === 'refused')
    throw new AppError('platform-refused', {
      platform: 'Slack',
      problem: { what: 'error', subject: 'views.publish', code: published.code },
    })
}

/** Publishes the Home tab without an event of its person; undefined if the app is not installed there. */
export async function publishHomeAgain(
  context: HomeContext,
  { userId, ...ids }: HomeAddress,
): Promise<CallOutcome<unknown> | undefined> {
  const sender = { ids, userId, userName: userId, channel: userId, eventId: homeReply }
  const requester = await context.requestContexts.of(sender)
  if (requester === undefined) return undefined
  const shown = await recordShown(context, requester)
  // The deletion that causes this update is nearly done. Otherwise the tab would show “being deleted” until it is opened again.
  const deletion = { ...shown.notices.deletion, underway: 0 }
  return publish(context, requester, { ...shown, notices: { ...shown.notices, deletion } })
}

async function publish(
  context: HomeContext,
  requester: RequestContext,
  shown: ShownJobs,
  notice?: string,
): Promise<CallOutcome<unknown>> {
  const { workspace, caller } = requester
  return context.api.call(workspace.token, 'views.publish', client =>
    client.views.publish({
      user_id: caller.person.userId,
      view: { type: 'home', blocks: homeBlocks(context, requester, shown, notice) },
    }),
  )
}

/** The person's jobs on the Home tab. */
interface ShownJobs {
  open: JobView[]
  openCount: number
  notices: DeliveryNotices
}

/**
 * Records each job before it is shown: the Home tab stays unchanged until its person opens it again, so it is published anew when a
 * job is removed. A job that was removed meanwhile is not shown.
 */
async function recordShown(
  { easel }: HomeContext,
  { caller: { person, conversation } }: RequestContext,
): Promise<ShownJobs> {
  const ids = workspaceOf(conversation)
  const deletion = { address: writeReplyAddress({ home: { ...ids, userId: person.userId } }) }
  const record = ({ id }: JobView) => easel.recordReply({ id: homeReply, jobIds: [id], deletion })
  const { jobs, count } = easel.ownQueue(person, shownJobs)
  const notices = easel.notices(person)
  const open: JobView[] = []
  for (const job of jobs) if (await record(job)) open.push(job)
  const undelivered: DeliveryNotices['undelivered'][number][] = []
  for (const notice of notices.undelivered.slice(0, shownNotices))
    if (await record(notice.job)) undelivered.push(notice)
  return { open, openCount: count - (jobs.length - open.length), notices: { ...notices, undelivered } }
}

function countedOnly({ easel }: HomeContext, { caller: { person } }: RequestContext): ShownJobs {
  const { deletion } = easel.notices(person)
  return { open: [], openCount: easel.ownQueue(person, 0).count, notices: { undelivered: [], deletion } }
}

function homeBlocks(
  context: HomeContext,
  requester: RequestContext,
  shown: ShownJobs,
  notice: string | undefined,
): KnownBlock[] {
  const { words, caller } = requester
  const { home } = words.slack
  const { settings } = words.chat
  const usage = usageMessage(context.easel.usage(caller.person), words)
  return [
    ...(notice === undefined ? [] : [richText(notice), { type: 'divider' as const }]),
    heading(home.title),
    ...render(usage, words).blocks,
    heading(home.running),
    ...jobBlocks(shown, words),
    ...noticeBlocks(shown, words),
    heading(settings.title),
    richText(settings.intro),
    ...inputBlocks(settingsFields(context.easel.settings(caller.person), context.chat.formChoices(), words)),
    button(saveSettings, settings.save, 'primary'),
    ...statsBlocks(context, requester),
  ]
}

function jobBlocks({ open, openCount }: ShownJobs, words: Words): KnownBlock[] {
  const { home } = words.slack
  if (openCount === 0) return [richText(home.none)]
  const blocks = open.flatMap(job => {
    const message: Message = {
      ...textMessage(shorten(titleOf(job, words), 200), [jobMessage(job, words).title]),
      buttons: buttonRows(job, words),
    }
    return render(message, words).blocks
  })
  return openCount > open.length ? [...blocks, richText(home.more(openCount - open.length))] : blocks
}

/** Notices on undelivered results and unfinished deletions. */
function noticeBlocks({ notices }: ShownJobs, words: Words): KnownBlock[] {
  const lines = noticeLines(notices, words, '/easel ')
  return lines.slice(0, shownNotices).map(line => richText(line))
}

/** app/ decides whether the person may see the statistics. */
function statsBlocks(context: HomeContext, { words, caller }: RequestContext): KnownBlock[] {
  const toMs = context.clock.now()
  const found = context.easel.stats({ fromMs: toMs - statsDays.fallback * dayMs, toMs }, caller)
  if (found.kind === 'refused') return []
  return [heading(words.slack.home.stats), ...render(statsMessage(found.stats, words), words).blocks]
}

function heading(text: string): KnownBlock {
  return { type: 'header', text: plain(text) }
}
