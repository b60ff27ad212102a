/** Replies through a response URL to the person who acted: at most five times within 30 minutes. */

import type { SendEphemeral } from './ephemeral-messages.ts'
import type { Payload } from './render.ts'

const timeoutMs = 10_000

/** Falls back to another method if the URL is used up or expired. */
export function responder(
  responseUrl: string,
  thread: string | undefined,
  otherwise: SendEphemeral,
): SendEphemeral {
  return async payload => {
    if (!(await respondTo(responseUrl, thread, payload))) await otherwise(payload)
  }
}

/** Whether Slack accepted the reply. */
export async function respondTo(
  url: string,
  thread: string | undefined,
  payload: Pick<Payload, 'text'>,
): Promise<boolean> {
  const body = JSON.stringify({
    ...payload,
    response_type: 'ephemeral',
    replace_original: false,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  })
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return answer.status === 200
  } catch {
    return false
  }
}
