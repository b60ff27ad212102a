/** The app's Home tab: a person's statistics, running jobs with Cancel, defaults as a form; all statistics for admins. */
import type { KnownBlock } from '@slack/types'
import { dayMs } from '../../../common/durations.ts'
import { AppError } from '../../../errors/errors.ts'
import { settingsFields } from '../../chat/settings-form.ts'
import { statsDays } from '../../commands/stats.ts'
import { usageMessage } from '../../commands/usage.ts'
import { buttonRows } from '../../messages/buttons.ts'
import { noticeLines } from '../../messages/delivery-notices.ts'
import { jobMessage, shortened, titleOf } from '../../messages/job-message.ts'
import { type Message, textMessage } from '../../messages/message.ts'
import { statsMessage } from '../../messages/stats-message.ts'
import type { HandlerContext } from '../inbound/handler-context.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { render, richText } from '../outbound/render.ts'
import { button, inputBlocks, plain } from './fields.ts'

/** The button under the defaults. */
export const saveSettings = 'save-settings'
/** Two blocks each; a home holds a hundred. */
const shownJobs = 20
const shownNotices = 10

/** Publishes the Home tab, with a sentence at the top about the last action. */
export async function publishHome(
  context: HandlerContext,
  requester: RequestContext,
  notice?: string,
): Promise<void> {
  const { workspace, caller } = requester
  const published = await context.api.call(workspace.token, 'views.publish', client =>
    client.views.publish({
      user_id: caller.person.userId,
      view: { type: 'home', blocks: homeBlocks(context, requester, notice) },
    }),
  )
  if (published.kind === 'refused')
    throw new AppError('platform-refused', {
      platform: 'Slack',
      problem: { what: 'error', subject: 'views.publish', code: published.error },
    })
}

function homeBlocks(
  context: HandlerContext,
  requester: RequestContext,
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
    ...jobBlocks(context, requester),
    ...noticeBlocks(context, requester),
    heading(settings.title),
    richText(settings.intro),
    ...inputBlocks(settingsFields(context.easel.settings(caller.person), context.chat.formChoices(), words)),
    button(saveSettings, settings.save, 'primary'),
    ...statsBlocks(context, requester),
  ]
}

function jobBlocks(context: HandlerContext, { words, caller }: RequestContext): KnownBlock[] {
  const { home } = words.slack
  const { jobs, count } = context.easel.ownQueue(caller.person, shownJobs)
  if (jobs.length === 0) return [richText(home.none)]
  const blocks = jobs.flatMap(job => {
    const message: Message = {
      ...textMessage(shortened(titleOf(job, words), 200), [jobMessage(job, words).title]),
      buttons: buttonRows(job, words),
    }
    return render(message, words).blocks
  })
  return count > jobs.length ? [...blocks, richText(home.more(count - jobs.length))] : blocks
}

/** Notices on undelivered results and unfinished deletions. */
function noticeBlocks({ easel }: HandlerContext, { words, caller }: RequestContext): KnownBlock[] {
  const lines = noticeLines(easel.notices(caller.person), words, '/easel ')
  return lines.slice(0, shownNotices).map(line => richText(line))
}

/** app/ decides whether the person may see the statistics. */
function statsBlocks(context: HandlerContext, { words, caller }: RequestContext): KnownBlock[] {
  const toMs = context.clock.now()
  const found = context.easel.stats({ fromMs: toMs - statsDays.fallback * dayMs, toMs }, caller)
  if (found.kind === 'refused') return []
  return [heading(words.slack.home.stats), ...render(statsMessage(found.stats, words), words).blocks]
}

function heading(text: string): KnownBlock {
  return { type: 'header', text: plain(text) }
}
