/**
 * `easel devices`: the chosen devices, the reasons, and whether each one starts; exit code 1 if one does not.
 * `easel devices pause | resume | drain NAME`: whether a device gets jobs.
 */
import { Command } from 'commander'
import { hostOpener, workerCatalogue } from '../../devices/device-workers.ts'
import { prepareDevices } from '../../devices/prepare-devices.ts'
import { reasonLines } from '../../devices/reason-lines.ts'
import type { Words } from '../../words/en.ts'
import { changeDevice, deviceChanges, pausedDevices } from '../devices/device-pauses.ts'
import { presentMachines } from '../devices/machines.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  faultSentence,
  newCommand,
  type RunCommand,
} from '../session.ts'

export function devicesCommand(words: Words, run: RunCommand): Command {
  const devices = newCommand('devices', words).action((options: CommonOptions) => run(options, show))
  for (const change of deviceChanges) {
    const command = new Command(change)
      .description(words.machines.changes[change])
      .argument('<name>')
      .option('--config <file>', words.cli.options.config)
      .action((name: string, options: CommonOptions) =>
        run(options, session => changeDevice(session, change, name)),
      )
    devices.addCommand(command)
  }
  return devices
}

async function show(session: CommandSession): Promise<ExitCode> {
  const { config, words, out } = session
  const { devices, reason, env, cards } = await prepareDevices(config, session.surroundings.env)
  for (const line of reasonLines(words, reason)) out(line)
  for (const card of (await cards()) ?? []) out(words.cli.card(card))
  const paused = pausedDevices(session)
  let failed = 0
  for (const device of devices) {
    const host = hostOpener(device, workerCatalogue({ models: [], files: [] }, config.limits), env)()
    const start = await host.start()
    await host.stop()
    if (start.kind === 'failed') failed += 1
    const state = start.kind === 'failed' ? 'wrong' : 'fine'
    const detail =
      start.kind === 'failed'
        ? faultSentence(session, start.error)
        : words.machines.deviceUp(start.device, device.memoryBytes)
    const shown = paused.has(device.name) ? words.machines.devicePaused(device.name, detail) : detail
    out(`${words.cli.states[state].padEnd(6)} ${shown}`)
  }
  if (config.redis.url !== '') await showMachines(session, paused)
  return failed === 0 ? exitCodes.done : exitCodes.fault
}

/** Lists the machines that answer. @throws as openGateway. */
export async function showMachines(session: CommandSession, paused: ReadonlySet<string>): Promise<void> {
  const { words, out } = session
  const { machines, otherKeys } = await presentMachines(session)
  if (machines.length === 0) out(words.machines.none)
  if (otherKeys > 0) out(words.machines.otherKeys(otherKeys))
  for (const { record, refused } of machines) {
    out(words.machines.about(record.name, record.version, record.draining))
    if (refused) {
      out(`  ${words.machines.refused(record.name, refused)}`)
      continue
    }
    for (const { name, memoryBytes, gateways } of record.devices) {
      const fullName = `${record.name}/${name}`
      const use = paused.has(fullName) ? 'paused' : gateways.length === 0 ? 'free' : 'busy'
      out(`  ${words.machines.device(fullName, memoryBytes, use)}`)
    }
    out(`  ${words.machines.models(record.models)}`)
    if (record.fetching) out(`  ${words.machines.fetching(record.fetching)}`)
  }
}
