/** Opens a modal while the trigger lives: 3 s, once. */
import type { ModalView } from '@slack/types'
import { AppError } from '../../errors.ts'
import type { Asker } from './callers.ts'
import type { Desk } from './desk.ts'

/** Nothing is left to say when it is open. */
export async function openView(
  desk: Desk,
  { workspace }: Asker,
  triggerId: string,
  view: ModalView,
): Promise<undefined> {
  const opened = await desk.api.call(workspace.token, 'views.open', client =>
    client.views.open({ trigger_id: triggerId, view }),
  )
  if (opened.kind === 'refused')
    throw new AppError('platform-refused', { platform: 'Slack', problem: opened.error })
  return undefined
}
