/** Downloads a file that a person gave on a platform: from a URL that the adapter checked, up to a size limit. */
import { maxPictureBytes } from '../common/bounds.ts'
import type { Clock } from '../system/ports.ts'
import { ByteBudget } from './byte-budget.ts'

/** `forbidden`: the app may read no files there, whichever is sent. */
export type Download =
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'gone' }
  | { kind: 'too-large' }
  | { kind: 'forbidden' }

const timeoutMs = 30_000
/** Concurrent downloads of one adapter. More would only wait for the decoder, in memory. */
const maxConcurrentFiles = 3

/** The byte budget for one adapter's downloads. */
export function downloadBudget(clock: Clock): ByteBudget {
  return new ByteBudget({
    limitBytes: maxConcurrentFiles * maxPictureBytes,
    timeLimitMs: timeoutMs,
    maxWaiting: 100,
    clock,
  })
}

/** The URL if it is on one of the origins. A `blob:` URL is refused, although it has its creator's origin. */
export function urlAmong(text: string, origins: ReadonlySet<string>): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  return isWeb && origins.has(url.origin) ? url : undefined
}

/** Redirects are not followed, because they lead to a sign-in page or to an unchecked host. */
export async function download(url: URL, headers: Record<string, string> = {}): Promise<Download> {
  try {
    const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    if (answer.status !== 200 || answer.body === null) return { kind: 'gone' }
    return await readCapped(answer.body)
  } catch {
    return { kind: 'gone' }
  }
}

/** Stops at the limit, independent of the announced size. */
async function readCapped(body: ReadableStream<Uint8Array>): Promise<Download> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxPictureBytes) return { kind: 'too-large' }
    chunks.push(chunk)
  }
  return { kind: 'bytes', bytes: new Uint8Array(Buffer.concat(chunks)) }
}
