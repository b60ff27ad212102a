/** Tries the devices that the configuration names, so that one that does not start is told before the first picture. */
import { isCpuName } from '../common/device-names.ts'
import type { AppError } from '../errors/errors.ts'
import type { Clock } from '../system/ports.ts'
import { within } from '../system/time-limit.ts'
import type { DeviceChoice, LocalMachine } from './choose-devices.ts'

/** Loading CUDA's libraries takes some seconds. A driver that hangs must not hold up the start. */
const startLimitMs = 20_000

/**
 * Calls `warn` with the fault of each named device that does not start. Such a device stays in use, because it may be repaired
 * meanwhile. The CPU always starts, and the choice of `auto` was tried when it was made.
 */
export async function tryDevices(
  { devices, reason, open }: DeviceChoice & Pick<LocalMachine, 'open'>,
  clock: Clock,
  warn: (error: AppError) => void,
): Promise<void> {
  if (reason.why !== 'configured') return
  const tried = devices
    .filter(({ name }) => !isCpuName(name))
    .map(async ({ name }) => {
      const error = await open(name)
      if (error) warn(error)
    })
  await within(clock, startLimitMs, Promise.all(tried))
}
