/** `easel devices`: the chosen devices, the reasons, and whether each one starts; exit code 1 if one does not. */
import type { Command } from 'commander'
import { hostOpener } from '../../devices/device-workers.ts'
import { cardsOf, prepareDevices } from '../../devices/prepare-devices.ts'
import { reasonLines } from '../../devices/reason-lines.ts'
import type { Words } from '../../words/en.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  faultSentence,
  newCommand,
  runCommand,
} from '../session.ts'

export function devicesCommand(words: Words): Command {
  return newCommand('devices', words).action((options: CommonOptions) => runCommand(options, show))
}

/** Machines answer every second: after this time all that are there have. Where none has, a busy one may come later. */
const observationMs = 4000
const appearanceMs = 10_000

async function show(session: CommandSession): Promise<ExitCode> {
  const { config, words, out } = session
  const { devices, reason, env } = await prepareDevices(config, process.env)
  for (const line of reasonLines(words, reason)) out(line)
  for (const card of (await cardsOf(env)) ?? []) out(words.cli.card(card))
  let failed = 0
  for (const device of devices) {
    const host = hostOpener(device, { models: [], files: [] }, env)()
    const start = await host.start()
    await host.stop()
    if (start.kind === 'failed') failed += 1
    const state = start.kind === 'failed' ? 'wrong' : 'fine'
    const detail = start.kind === 'failed' ? faultSentence(session, start.error) : start.device
    out(`${words.cli.states[state].padEnd(6)} ${detail}`)
  }
  if (config.redis.url !== '') await showMachines(session)
  return failed === 0 ? exitCodes.done : exitCodes.fault
}

async function showMachines(session: CommandSession): Promise<void> {
  const { words, out } = session
  const { observeMachines } = await import('../machines.ts')
  const machines = await observeMachines(
    session,
    { drained: [] },
    appearanceMs,
    (found, waitedMs) => found.length > 0 && waitedMs >= observationMs,
  )
  if (machines.length === 0) out(words.machines.none)
  for (const { record } of machines) {
    out(words.machines.about(record.name, record.version, record.draining))
    for (const { name, memoryBytes, gateways } of record.devices)
      out(
        `  ${words.machines.device(`${record.name}/${name}`, memoryBytes, gateways.length === 0 ? 'free' : 'busy')}`,
      )
    out(`  ${words.machines.models(record.models)}`)
    if (record.fetching) out(`  ${words.machines.fetching(record.fetching)}`)
  }
}
