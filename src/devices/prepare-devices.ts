/** Prepares the devices of the configuration: available devices, the reasons for the choice, and the workers' environment. */
import { availableParallelism } from 'node:os'
import type { Config, DeviceConfig } from '../config/config.ts'
import { adapterAddresses, hasAdapter } from './adapters.ts'
import { chooseDevices, type DeviceChoice, type LocalMachine } from './choose-devices.ts'
import { linkCudaLibraries, withLibraryFolder } from './cuda-libraries.ts'
import { hostOpener, workerCatalogue } from './device-workers.ts'
import { type Gpu, listGpus } from './gpus.ts'
import { type BudgetedDevice, withBudgets } from './memory-budget.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface PreparedDevices extends DeviceChoice {
  readonly devices: readonly BudgetedDevice[]
  /** The NVIDIA cards of this machine as they were found; undefined if their driver does not respond. */
  readonly cards: LocalMachine['cards']
  /** The environment of workers, including the path of CUDA's libraries. */
  readonly env: Environment
  readonly open: LocalMachine['open']
}

/** @throws AppError 'cuda-libraries' or 'file' when the folder of CUDA's libraries cannot be used; as chooseDevices. */
export async function prepareDevices(config: Config, env: Environment): Promise<PreparedDevices> {
  const forWorkers = deviceEnvironment(config, env)
  const machine = machineOf(config, forWorkers)
  const { devices, reason } = await chooseDevices(config.devices, machine)
  const { cards, open } = machine
  return { devices: await withBudgets(devices, machine), reason, cards, env: forWorkers, open }
}

function deviceEnvironment({ cudaLibraries }: Config, env: Environment): Environment {
  // Then cuda:N is the card with the driver's number N.
  const ordered = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', ...env }
  if (cudaLibraries === '') return ordered
  linkCudaLibraries(cudaLibraries)
  return withLibraryFolder(ordered, cudaLibraries)
}

/** The driver is asked once, so that what is free was measured before a worker took a part of it. */
function machineOf({ limits }: Pick<Config, 'limits'>, env: Environment): LocalMachine {
  let cards: Promise<readonly Gpu[] | undefined> | undefined
  return {
    cards() {
      cards ??= listGpus(env)
      return cards
    },
    hasAdapter,
    adapterAddresses: () => adapterAddresses(env),
    processors: availableParallelism(),
    async open(name) {
      // In a process, so that a crash of the driver is detected as its end.
      const device: DeviceConfig = { name, host: 'process', threads: 0, precision: 'auto' }
      const host = hostOpener(device, workerCatalogue({ models: [], files: [] }, limits), env)()
      const outcome = await host.start()
      await host.stop()
      return outcome.kind === 'failed' ? outcome.error : undefined
    },
  }
}
