/** Pauses, resumes and drains devices beside a running server, which reads the paused devices every two seconds. */
import { setTimeout } from 'node:timers/promises'
import { isOwned } from '../../db/files/owner-lock.ts'
import { PausedDevicesTable } from '../../db/repositories/paused-devices.ts'
import { prepareDevices } from '../../devices/prepare-devices.ts'
import { systemClock } from '../../system/system-ports.ts'
import { type CommandSession, type ExitCode, exitCodes, refuse } from '../session.ts'
import { openDatabase, withDatabase } from '../with-database.ts'
import { presentMachines } from './machines.ts'

/** `drain` is `pause`, and then waits for the end of the running job. */
export const deviceChanges = ['pause', 'resume', 'drain'] as const
export type DeviceChange = (typeof deviceChanges)[number]

/** The interval of checks whether a job is still running. */
const pollIntervalMs = 250

/** Pauses, resumes or drains a device. @throws as withDatabase, prepareDevices and presentMachines. */
export function changeDevice(session: CommandSession, change: DeviceChange, name: string): Promise<ExitCode> {
  const { config, words, out } = session
  return withDatabase(session, async client => {
    const paused = new PausedDevicesTable(client.query)
    // A paused device may belong to a machine that is absent now.
    const known = paused.has(name) ? [name] : await deviceNames(session, name)
    if (!known.includes(name)) return refuse(session, [words.machines.deviceUnknown(name, known)])
    await client.write(() =>
      change === 'resume' ? paused.remove(name) : paused.add(name, systemClock.now()),
    )
    // Since the write no job begins on it. A job of a server that was killed only looks as if it ran.
    const isBusy = () => paused.isBusy(name) && isOwned(config.dataDir)
    if (change === 'drain' && isBusy()) out(words.machines.deviceDraining(name))
    while (change === 'drain' && isBusy()) await setTimeout(pollIntervalMs)
    out(words.machines.deviceChanged[change](name))
    return exitCodes.done
  })
}

/** The names of the paused devices; none where there is no database of this version. @throws as Client.open. */
export function pausedDevices(session: CommandSession): ReadonlySet<string> {
  const opened = openDatabase(session)
  if (opened.kind === 'refused') return new Set()
  const names = new PausedDevicesTable(opened.client.query).names()
  opened.client.close()
  return new Set(names)
}

/** The names of this machine's devices, and where the named one is not among them those of other machines. */
async function deviceNames(session: CommandSession, name: string): Promise<string[]> {
  const { config } = session
  const own = (await prepareDevices(config, session.surroundings.env)).devices.map(device => device.name)
  if (own.includes(name) || config.redis.url === '') return own
  const { machines } = await presentMachines(session)
  const others = machines.flatMap(({ record }) =>
    record.devices.map(device => `${record.name}/${device.name}`),
  )
  return [...own, ...others]
}
