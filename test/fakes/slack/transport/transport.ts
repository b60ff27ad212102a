/** How the fake Slack hands something to the app, whichever way the app listens. */

export interface Envelope {
  type: 'events_api' | 'slash_commands' | 'interactive'
  payload: Record<string, unknown>
  acceptsResponse: boolean
  retry?: { attempt: number; reason: string }
}

/** `timeout`: no answer in 3 s; `lost`: the connection went before an answer; `refused`: an HTTP status other than 200. */
export type Delivered =
  | { kind: 'acked'; body: unknown; afterMs: number }
  | { kind: 'timeout' }
  | { kind: 'lost' }
  | { kind: 'refused'; status: number }

export interface Transport {
  deliver(envelope: Envelope): Promise<Delivered>
}

// Commands, actions, shortcuts and submissions must be acknowledged within 3 s (bolt concepts/acknowledge).
export const ackLimitMs = 3000
