/** Replies through a response URL to the person who acted: at most five times within 30 minutes. */

import type { Reply, SendEphemeral } from './ephemeral-messages.ts'

const timeoutMs = 10_000

/** Falls back to another method if the URL is used up or expired. */
export function responder(
  responseUrl: string,
  thread: string | undefined,
  otherwise: SendEphemeral,
): SendEphemeral {
  return async reply => {
    if (!(await respondTo(responseUrl, thread, reply))) await otherwise(reply)
  }
}

/** Whether Slack accepted the reply. */
export async function respondTo(
  url: string,
  thread: string | undefined,
  { jobIds: _, ...payload }: Pick<Reply, 'text' | 'jobIds'>,
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
