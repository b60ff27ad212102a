/** The page for a failed installation. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Words } from '../../../words/en.ts'

/** Codes of @slack/oauth for an installation that did not start here, or too long ago. */
const expiredStateErrors: ReadonlySet<string> = new Set([
  'slack_oauth_missing_state',
  'slack_oauth_invalid_state',
  'slack_oauth_missing_code',
])

export function showFailure(
  code: string,
  words: Words,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { install } = words.slack
  const [status, sentence] = isCancelled(request)
    ? ([200, install.cancelled] as const)
    : expiredStateErrors.has(code)
      ? ([400, install.stale] as const)
      : ([500, install.failed] as const)
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(
    `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Easel</title><p>${sentence}</p>`,
  )
}

/** Whether the person cancelled on Slack's consent page: `error=access_denied` (RFC 6749, 4.1.2.1). */
function isCancelled({ url = '/' }: IncomingMessage): boolean {
  return new URL(url, 'http://localhost').searchParams.get('error') === 'access_denied'
}
