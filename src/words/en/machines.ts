/** English: other machines that lend their devices. */
import type { DeviceUse } from '../../app/views/views.ts'
import type { MissingModel } from '../../remote/gateway/remote-devices.ts'
import type { MachineStatus } from '../../remote/machine/machine.ts'
import type { Fetching, MachineRefusal, Reference } from '../../remote/presence/records.ts'
import { shortSizeOf } from '../amounts.ts'
import { shortHash } from '../short-hash.ts'

const percent = (done: number, total: number) => Math.floor((100 * done) / Math.max(1, total))

const named = ({ name, hash }: Reference) => `${name} ${shortHash(hash)}`
const lacked = ({ found, ...model }: MissingModel) =>
  found === undefined ? named(model) : `${named(model)} (its own files of that name are ${shortHash(found)})`

const uses: Record<DeviceUse, string> = {
  free: 'free',
  busy: 'in use',
  hung: 'does not answer',
  quarantined: 'failed, and is tried again',
  stopped: 'stopped',
  paused: 'paused',
  pausing: 'paused after the job that it paints',
}

export const machines = {
  options: {
    redis: 'the Redis that carries the work, as redis.url',
    name: 'the name of this machine; its host name by default',
    devices: 'auto, or names such as cuda:0,cuda:1',
    models: 'the models folder, as modelsDir',
    fetchModels: 'fetch the models that are missing here from the Easel that it joins, as fetchModels',
    drain: 'ask a machine to finish its work and leave',
  },
  /** Messages of a machine about itself. */
  status: (status: MachineStatus) => {
    switch (status.kind) {
      case 'alone':
        return 'No Easel answers on this Redis; this machine waits for one.'
      case 'other-key':
        return 'The Easel on this Redis uses another key: give both the same EASEL_WORKER_KEY.'
      case 'joined':
        return status.gateways === 1
          ? 'This machine has joined.'
          : `This machine has joined ${status.gateways} Easels.`
      case 'refused':
        return status.why === 'protocol'
          ? 'The version of the Easel there does not work with this one: update the older of the two.'
          : 'Another machine has this name already: choose another one with --name.'
      case 'drained':
        return 'This machine has finished its work and leaves.'
    }
  },
  ready: (name: string, devices: readonly string[]) => `${name} lends ${devices.join(', ')}.`,
  draining:
    'This machine takes no new work, and leaves when its work is done. A second signal stops it at once.',
  fetched: (models: readonly string[]) =>
    `This machine has fetched ${models.join(', ')}, and joins again with that.`,
  fetchFailed: (model: string | undefined, sentence: string) =>
    model === undefined ? sentence : `${model}: ${sentence}`,
  devicesNeeded:
    'This machine has nothing to lend: the list devices in its configuration is empty. Name some with --devices, such as auto.',
  redisNeeded: 'Say where the Redis is: with --redis, or with redis.url in the configuration.',

  /** Messages of the server about machines. */
  joined: (name: string, devices: readonly string[]) => `${name} has joined with ${devices.join(', ')}.`,
  /** The progress of a model that a machine fetches. */
  fetching: ({ name, doneBytes, totalBytes }: Fetching) =>
    `fetching ${name}: ${percent(doneBytes, totalBytes)} % of ${shortSizeOf(totalBytes)}`,
  redisUsable: (host: string) => `Redis on ${host} can be used now.`,
  storeFailed: (sentence: string) => `${sentence} Pictures travel through Redis for five minutes.`,
  storeUsable: (host: string) => `The store on ${host} can be used now.`,
  left: (name: string) => `${name} has left.`,
  refused: (name: string, why: MachineRefusal) =>
    why === 'protocol'
      ? `${name} gets no work: its version does not work with this one.`
      : `Another machine named ${name} gets no work: each machine needs a name of its own.`,
  /** Their names are not known. */
  otherKeys: (count: number) =>
    `${count === 1 ? 'A machine on this Redis uses another key and gets' : `${count} machines on this Redis use another key and get`} no work: give all of them the same EASEL_WORKER_KEY.`,
  lacks: (name: string, models: readonly MissingModel[]) =>
    `${name} lacks ${models.map(lacked).join(', ')}: what needs it is painted elsewhere.`,

  /** Texts about machines in commands and statistics. */
  about: (name: string, version: string, isDraining: boolean) =>
    `${name} (Easel ${version})${isDraining ? ', leaving' : ''}`,
  device: (name: string, memoryBytes: number | undefined, use: DeviceUse) =>
    [name, ...(memoryBytes === undefined ? [] : [shortSizeOf(memoryBytes)]), uses[use]].join(', '),
  /** `detail`: the worker's description of itself, such as `cuda:0, float16`. */
  deviceUp: (detail: string, memoryBytes: number | undefined) =>
    memoryBytes === undefined ? detail : `${detail}, may use ${shortSizeOf(memoryBytes)}`,
  devicePaused: (name: string, detail: string) => `${detail} (${name} is paused)`,
  devicesPaused: (names: readonly string[]) =>
    `paused: ${names.join(', ')}; easel devices resume NAME lets a device paint again`,
  models: (models: readonly Reference[]) =>
    models.length === 0 ? 'no models' : `models: ${models.map(named).join(', ')}`,
  none: 'No other machine answers.',
  unknown: (name: string, known: readonly string[]) =>
    `There is no machine named ${name}${known.length === 0 ? '; none answers' : `; there are ${known.join(', ')}`}.`,

  /** Pauses of devices. */
  changes: {
    pause: 'give a device no more jobs; the one that it paints is finished',
    resume: 'let a paused device paint again',
    drain: 'pause a device, and wait until it paints nothing',
  },
  deviceUnknown: (name: string, known: readonly string[]) =>
    `There is no device named ${name}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.`,
  deviceDraining: (name: string) => `${name} gets no more jobs, and finishes the one that it paints …`,
  deviceChanged: {
    pause: (name: string) => `${name} is paused: it gets no more jobs, and finishes the one that it paints.`,
    resume: (name: string) => `${name} gets jobs again.`,
    drain: (name: string) => `${name} paints nothing, and stays paused until easel devices resume ${name}.`,
  },

  drainAsked: (name: string) => `${name} takes no new work, and leaves when its work is done.`,
  drainUnanswered: (name: string) => `${name} has not answered. Please try again.`,
}
