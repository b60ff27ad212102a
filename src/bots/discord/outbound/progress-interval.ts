/** The minimum interval between two progress edits of one job on Discord. */

/** A channel takes about five edits in five seconds; results and several jobs share them. */
export const progressIntervalMs = 2500
