/** A job's states and the legal transitions between them, as pure functions. The store writes only what these allow. */

/**
 * - queued: accepted and durable, waiting for a device
 * - running: claimed by a device under a lease
 * - done: pictures stored, delivery in the outbox
 * - failed: a fault that another attempt would not avoid, or the last attempt
 * - dead: it crashed workers, so it is not tried again
 * - cancelled: stopped by a person
 * - expired: waited longer than the operator allows
 */
export const jobStates = ['queued', 'running', 'done', 'failed', 'dead', 'cancelled', 'expired'] as const
export type JobState = (typeof jobStates)[number]

const transitions: { readonly [From in JobState]: readonly JobState[] } = {
  queued: ['running', 'cancelled', 'expired', 'failed'],
  running: ['done', 'failed', 'dead', 'cancelled', 'queued'],
  done: [],
  failed: [],
  dead: [],
  cancelled: [],
  expired: [],
}

/** Whether a job may go from one state to the other. */
export function mayMove(from: JobState, to: JobState): boolean {
  return transitions[from].includes(to)
}

/** States that nothing leaves. */
export function isFinal(state: JobState): boolean {
  return transitions[state].length === 0
}
