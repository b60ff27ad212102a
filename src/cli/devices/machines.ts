/** Lists the other machines for a command, with their devices and models. */
import type { MachineAdmission } from '../../remote/gateway/admission.ts'
import { systemClock } from '../../system/system-ports.ts'
import { within } from '../../system/time-limit.ts'
import type { CommandSession } from '../session.ts'

/** Machines answer every second, so all present machines have answered after this time. A busy one may answer later. */
const observationMs = 4000
const appearanceMs = 10_000

/** The present machines. @throws as openGateway. */
export function presentMachines(session: CommandSession): Promise<readonly MachineAdmission[]> {
  return observeMachines(
    session,
    { drained: [] },
    appearanceMs,
    (found, waitedMs) => found.length > 0 && waitedMs >= observationMs,
  )
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
): Promise<readonly MachineAdmission[]> {
  const { openGateway } = await import('../../startup/other-machines.ts')
  let found: readonly MachineAdmission[] = []
  let enough: () => void = () => {}
  const startedMs = systemClock.monotonicMs()
  const waiting = new Promise<void>(resolve => {
    enough = resolve
  })
  const { close } = await openGateway(
    { ...session, say: session.out, warn: session.err },
    {
      operator,
      onMachines: machines => {
        found = machines
        if (isEnough(machines, systemClock.monotonicMs() - startedMs)) enough()
      },
    },
  )
  await within(systemClock, limitMs, waiting)
  await close()
  return found
}
