/**
 * `easel worker`: lends this machine's devices to an Easel on another one; `easel worker drain NAME` lets a machine finish its work
 * and leave.
 */
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { withSettings } from '../../config/config.ts'
import type { Words } from '../../words/en.ts'
import { lendDevices } from '../devices/lend-devices.ts'
import { observeMachines } from '../devices/machines.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  newCommand,
  type RunCommand,
  refuse,
} from '../session.ts'

interface WorkerCommandOptions extends CommonOptions {
  fetchModels?: boolean
  redis?: string
  name?: string
  devices?: string
  models?: string
}

/** The time for a machine to appear that `drain` names, and the time for a present machine to confirm. */
const appearanceTimeoutMs = 8000
const drainTimeoutMs = 60_000

export function workerCommand(words: Words, run: RunCommand): Command {
  const { options } = words.machines
  const drain = new Command('drain')
    .description(options.drain)
    .argument('<name>')
    .option('--config <file>', words.cli.options.config)
    .option('--redis <url>', options.redis)
    .action((name: string, given: WorkerCommandOptions) =>
      run(given, session => drainMachine(configure(session, given), name)),
    )
  return newCommand('worker', words)
    .option('--redis <url>', options.redis)
    .option('--name <name>', options.name)
    .option('--devices <names>', options.devices)
    .option('--models <folder>', options.models)
    .option('--fetch-models', options.fetchModels)
    .addCommand(drain)
    .action((given: WorkerCommandOptions) =>
      run(given, session => work(configure(session, given), given.name || hostname()), 'all'),
    )
}

/** The options over the configuration. @throws as withSettings. */
function configure(
  session: CommandSession,
  { redis, devices, models, fetchModels }: WorkerCommandOptions,
): CommandSession {
  const config = withSettings(session.config, {
    ...(redis !== undefined && { redis: { url: redis } }),
    ...(models !== undefined && { modelsDir: resolve(models) }),
    ...(fetchModels !== undefined && { fetchModels }),
    ...(devices !== undefined && { devices: devices.split(',').map(name => ({ name: name.trim() })) }),
  })
  return { ...session, config }
}

/** Works until the machine is drained or gets a signal. Models fetched in the meantime are offered when it joins again. */
async function work(session: CommandSession, name: string): Promise<ExitCode> {
  const { config, words } = session
  if (config.redis.url === '') return refuse(session, [words.machines.redisNeeded])
  if (config.devices.length === 0) return refuse(session, [words.machines.devicesNeeded])
  await lendDevices(session, name)
  // Timers of abandoned connections must not keep the process alive.
  setTimeout(() => process.exit(exitCodes.done), 1000).unref()
  return exitCodes.done
}

async function drainMachine(session: CommandSession, name: string): Promise<ExitCode> {
  const { config, words, out, err } = session
  if (config.redis.url === '') return refuse(session, [words.machines.redisNeeded])
  let wasThere = false
  const { machines: found } = await observeMachines(
    session,
    { drained: [name] },
    drainTimeoutMs,
    (machines, waitedMs) => {
      const named = machines.find(({ record }) => record.name === name)
      if (!named) return wasThere || waitedMs >= appearanceTimeoutMs
      wasThere = true
      return named.record.draining
    },
  )
  const named = found.find(({ record }) => record.name === name)
  // An idle machine may have left before its answer was read.
  if (named ? named.record.draining : wasThere) {
    out(words.machines.drainAsked(name))
    return exitCodes.done
  }
  const names = found.map(({ record }) => record.name)
  err(`easel: ${named ? words.machines.drainUnanswered(name) : words.machines.unknown(name, names)}`)
  return exitCodes.fault
}
