/** Lists the other machines for a command, with their devices and models. */
import type { MachineAdmission } from '../../remote/gateway/admission.ts'
import { systemClock } from '../../system/system-ports.ts'
import { within } from '../../system/time-limit.ts'
import type { CommandSession } from '../session.ts'

/** Machines answer every second, so all present machines have answered after this time. A busy one may answer later. */
const observationMs = 4000
const appearanceTimeoutMs = 10_000

export interface ObservedMachines {
  readonly machines: readonly MachineAdmission[]
  /** The number of machines that have another key. Nothing else is known of them. */
  readonly otherKeys: number
}

/** The present machines. @throws as openGateway. */
export function presentMachines(session: CommandSession): Promise<ObservedMachines> {
  return observeMachines(
    session,
    { drained: [] },
    appearanceTimeoutMs,
    (found, waitedMs) => found.length > 0 && waitedMs >= observationMs,
  )
}

/** The number of present machines that have another key. @throws as openGateway. */
export async function machinesWithOtherKeys(session: CommandSession): Promise<number> {
  const seen = await observeMachines(session, { drained: [] }, observationMs, () => false)
  return seen.otherKeys
}

/**
 * The machines that answer within `limitMs`, or sooner as soon as `isEnough` accepts them.
 * @throws as openGateway.
 */
export async function observeMachines(
  session: CommandSession,
  operator: { drained: readonly string[] },
  limitMs: number,
  isEnough: (machines: readonly MachineAdmission[], waitedMs: number) => boolean,
): Promise<ObservedMachines> {
  const { openGateway } = await import('../../startup/other-machines.ts')
  let found: ObservedMachines = { machines: [], otherKeys: 0 }
  let enough: () => void = () => {}
  const startedMs = systemClock.monotonicMs()
  const waiting = new Promise<void>(resolve => {
    enough = resolve
  })
  const { close } = await openGateway(
    { ...session, print: session.out, warn: session.err, waitsForRedis: false },
    {
      operator,
      onMachines: (machines, otherKeyIds) => {
        found = { machines, otherKeys: otherKeyIds.length }
        if (isEnough(machines, systemClock.monotonicMs() - startedMs)) enough()
      },
    },
  )
  await within(systemClock, limitMs, waiting)
  await close()
  return found
}
