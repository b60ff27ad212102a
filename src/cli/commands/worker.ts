/** `easel worker`: lends this machine's devices to an Easel on another one; `easel worker drain NAME` sends a machine away. */
import { hostname } from 'node:os'
import { Command } from 'commander'
import { withSettings } from '../../config/config.ts'
import { workerOptions } from '../../devices/device-workers.ts'
import { memoryBudgetBytes } from '../../devices/memory-budget.ts'
import { prepareDevices } from '../../devices/prepare-devices.ts'
import { reasonLines } from '../../devices/reason-lines.ts'
import { openWorkerProcess } from '../../engine/host/process-host.ts'
import { type LentDevice, Machine } from '../../remote/machine/machine.ts'
import { makeBlockFiles } from '../../startup/model-weights.ts'
import { modelReferences, openRedis } from '../../startup/other-machines.ts'
import { systemClock } from '../../system/system-ports.ts'
import { errorSentence, type Words } from '../../words/en.ts'
import { observeMachines } from '../machines.ts'
import { showMaking } from '../progress.ts'
import {
  type CommonOptions,
  type ExitCode,
  exitCodes,
  libraryOf,
  newCommand,
  refuse,
  runCommand,
  type Session,
} from '../session.ts'

interface WorkerOptions extends CommonOptions {
  redis?: string
  name?: string
  devices?: string
  models?: string
}

/** How long a machine that was asked to leave by `drain` may take to say that it heard. */
const drainAnswerMs = 8000

export function workerCommand(words: Words): Command {
  const { options } = words.machines
  const drain = new Command('drain')
    .description(options.drain)
    .argument('<name>')
    .option('--config <file>', words.cli.options.config)
    .option('--redis <url>', options.redis)
    .action((name: string, given: WorkerOptions) =>
      runCommand(given, session => sendAway(configured(session, given), name)),
    )
  return newCommand('worker', words)
    .option('--redis <url>', options.redis)
    .option('--name <name>', options.name)
    .option('--devices <names>', options.devices)
    .option('--models <folder>', options.models)
    .addCommand(drain)
    .action((given: WorkerOptions) =>
      runCommand(given, session => work(configured(session, given), given.name ?? hostname()), 'all'),
    )
}

/** The options over the configuration. @throws as withSettings. */
function configured(session: Session, { redis, devices, models }: WorkerOptions): Session {
  const config = withSettings(session.config, {
    ...(redis !== undefined && { redis: { url: redis } }),
    ...(models !== undefined && { modelsDir: models }),
    ...(devices !== undefined && { devices: devices.split(',').map(name => ({ name: name.trim() })) }),
  })
  return { ...session, config }
}

/** Works until it was sent away or signalled: the first signal lets what it paints finish, the second one does not. */
async function work(session: Session, name: string): Promise<ExitCode> {
  const { config, words, out, err } = session
  if (config.redis.url === '') return refuse(session, [words.machines.redisNeeded])
  const catalogue = await libraryOf(session)
  for (const { error } of catalogue.unused)
    session.log.debug({ error: errorSentence(words, error) }, 'unused')
  const prepared = await prepareDevices(config, process.env)
  for (const line of reasonLines(words, prepared.reason)) out(line)
  await makeBlockFiles(catalogue.models, prepared.devices, showMaking(process.stderr, err, words))
  // In processes, so that one that hangs can be ended.
  const devices = prepared.devices.map((device): LentDevice => {
    const memoryBytes = memoryBudgetBytes(device)
    const options = workerOptions({ ...device, host: 'process' }, catalogue, prepared.env, memoryBytes)
    return {
      name: device.name,
      ...(memoryBytes !== undefined && { memoryBytes }),
      open: () => ({ channel: openWorkerProcess(options), setup: options.setup }),
    }
  })
  const { options, disconnect } = await openRedis({ ...session, say: out, warn: err })
  const leaving = new Promise<void>(leave => {
    const machine = new Machine({
      ...options,
      name,
      devices,
      models: modelReferences(catalogue.models),
      files: catalogue.files.map(file => ({ name: file.name, hash: file.hash })),
      onStatus: status => {
        const isTrouble = status.kind === 'other-key' || status.kind === 'refused'
        if (isTrouble) err(words.machines.status(status))
        else out(words.machines.status(status))
        if (status.kind === 'drained') void machine.end().then(leave)
      },
    })
    let isSignalled = false
    const onSignal = () => {
      if (isSignalled) void machine.end().then(leave)
      else {
        out(words.machines.draining)
        machine.drain()
        systemClock.after(config.shutdownGraceMs, () => void machine.end().then(leave))
      }
      isSignalled = true
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
    machine.start()
  })
  out(
    words.machines.ready(
      name,
      devices.map(device => device.name),
    ),
  )
  await leaving
  disconnect()
  // Timers of connections that were given up may not keep the process.
  setTimeout(() => process.exit(exitCodes.done), 1000).unref()
  return exitCodes.done
}

async function sendAway(session: Session, name: string): Promise<ExitCode> {
  const { config, words, out, err } = session
  if (config.redis.url === '') return refuse(session, [words.machines.redisNeeded])
  const found = await observeMachines(session, { drained: [name] }, drainAnswerMs, machines =>
    machines.some(({ record }) => record.name === name && record.draining),
  )
  const named = found.find(({ record }) => record.name === name)
  if (named?.record.draining) {
    out(words.machines.drainAsked(name))
    return exitCodes.done
  }
  err(
    `easel: ${words.machines.unknown(
      name,
      found.map(({ record }) => record.name),
    )}`,
  )
  return exitCodes.fault
}
