/** Opens the connection to other machines for a server, a command or a machine itself, from the configuration and the secrets. */
import { refinerNameOf } from '../common/refiner-name.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/secrets.ts'
import type { DeviceOpeners } from '../engine/jobs/devices/device.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import type { ModelRecord } from '../engine/models/record.ts'
import { AppError } from '../errors/errors.ts'
import type { RedisProblem } from '../errors/redis-problem.ts'
import type { EndpointOptions } from '../remote/endpoint.ts'
import { Gateway, type GatewayOptions } from '../remote/gateway/gateway.ts'
import { type MachineEvent, RemoteDevices } from '../remote/gateway/remote-devices.ts'
import type { Reference } from '../remote/presence/records.ts'
import { redisProblems } from '../remote/redis/check-redis.ts'
import { connectRedis } from '../remote/redis/connect.ts'
import { readRedisAddress } from '../remote/redis/redis-url.ts'
import { RedisWatch } from '../remote/redis/redis-watch.ts'
import { readSealingKeys } from '../remote/seal/sealing-keys.ts'
import { ObjectStore } from '../remote/store/object-store.ts'
import { readStoreAddress } from '../remote/store/store-address.ts'
import type { ReportStore } from '../remote/store/store-pause.ts'
import type { Logger } from '../system/ports.ts'
import { systemClock, systemIds } from '../system/system-ports.ts'
import { version } from '../system/version.ts'
import { errorSentence, type Words } from '../words/en.ts'
import { modelHasher } from './model-library.ts'
import { servedModels } from './served-models.ts'

export interface OtherMachinesParts {
  config: Config
  secrets: Secrets
  words: Words
  log: Logger
  print(line: string): void
  warn(line: string): void
  /** False for a command that only looks: a Redis that does not answer, or is full, is then refused. True if absent. */
  readonly waitsForRedis?: boolean
}

/** A connection that waits for Redis: the options of all endpoints, and the function that closes it. */
export interface OpenRedis {
  options: EndpointOptions & { version: string }
  disconnect(): void
}

/** Whether a problem may end without the operator, or with what the operator does to Redis alone. */
const mayPass = ({ what }: RedisProblem) => passing.has(what)
/** Another protocol may be the page of a proxy whose Redis is down. */
const passing: ReadonlySet<RedisProblem['what']> = new Set(['unreachable', 'other-protocol', 'full'])

/**
 * Opens a connection to Redis. If Redis does not answer or is full, there is only a warning: the connection is retried. Redis is
 * checked after each connection and each error, and its problems are reported.
 * @throws AppError 'redis' when it answers and cannot be used, or is not waited for, and as readRedisAddress, readSealingKeys and
 * readStoreAddress.
 */
export async function openRedis(parts: OtherMachinesParts): Promise<OpenRedis> {
  const { config, secrets, words, log, print, warn, waitsForRedis = true } = parts
  const address = readRedisAddress(config.redis, secrets)
  const keys = readSealingKeys(secrets)
  const storeAddress = readStoreAddress(config.remote.store, secrets)
  const store = storeAddress && new ObjectStore(storeAddress, systemClock)
  const { prefix } = config.redis
  const check = () => redisProblems(address, prefix)
  const faultOf = (problem: RedisProblem) => new AppError('redis', { host: address.host, problem })
  const [reported] = await check()
  if (reported && !(waitsForRedis && mayPass(reported))) throw faultOf(reported)
  const report = (problem: RedisProblem | undefined) =>
    problem ? warn(errorSentence(words, faultOf(problem))) : print(words.machines.redisUsable(address.host))
  if (reported) report(reported)
  const watch = new RedisWatch({ clock: systemClock, reported, check, report })
  const onRedisError = () => watch.requestCheck()
  const reportStore =
    (host: string): ReportStore =>
    problem =>
      problem
        ? warn(words.machines.storeFailed(errorSentence(words, new AppError('store', { host, problem }))))
        : print(words.machines.storeUsable(host))
  const redis = connectRedis(address, error => {
    log.debug({ problem: String(error) }, 'Redis')
    watch.requestCheck()
  })
  // Redis may start later than this process, or restart with other settings.
  redis.on('ready', onRedisError)
  return {
    options: {
      redis,
      prefix,
      keys,
      ...(store && { store, onStore: reportStore(store.host) }),
      clock: systemClock,
      log,
      id: systemIds.next(),
      version,
      onRedisError,
    },
    disconnect() {
      watch.end()
      redis.disconnect()
    },
  }
}

/** A gateway over a new connection. @throws as openRedis. */
export async function openGateway(
  parts: OtherMachinesParts,
  own: Pick<GatewayOptions, 'operator' | 'models' | 'onMachines'>,
): Promise<{ gateway: Gateway; close(): Promise<void> }> {
  const { options, disconnect } = await openRedis(parts)
  const { weight } = parts.config.redis
  const gateway = new Gateway({ ...options, ids: systemIds, weight, ...own })
  gateway.start()
  return {
    gateway,
    async close() {
      await gateway.close()
      disconnect()
    },
  }
}

/** Lets other machines paint for a server; the returned function ends that. @throws as openRedis. */
export async function useOtherMachines(
  parts: OtherMachinesParts,
  pool: { addDevice(device: DeviceOpeners): void; removeDevice(name: string): Promise<void> },
  catalogue: Pick<ModelCatalogue, 'models' | 'files'>,
): Promise<() => Promise<void>> {
  let devices: RemoteDevices | undefined
  const { gateway, close } = await openGateway(parts, {
    models: servedModels(catalogue, parts.config, await modelHasher(parts.config)),
    onMachines: (found, otherKeyIds) => devices?.update(found, otherKeyIds),
  })
  const models = modelReferences(catalogue.models)
  devices = new RemoteDevices({ gateway, pool, models, onEvent: event => reportEvent(parts, event) })
  return close
}

/** A Refiner is a model of its own, since orders name it. */
export function modelReferences(models: readonly ModelRecord[]): Reference[] {
  return models.flatMap(({ name, hash, refiner }) => [
    { name, hash },
    ...(refiner ? [{ name: refinerNameOf(name), hash: refiner.hash }] : []),
  ])
}

function reportEvent({ words, print, warn }: OtherMachinesParts, event: MachineEvent): void {
  const { machines } = words
  switch (event.kind) {
    case 'joined':
      print(machines.joined(event.name, event.devices))
      if (event.missingModels.length > 0) warn(machines.lacks(event.name, event.missingModels))
      return
    case 'left':
      print(machines.left(event.name))
      return
    case 'refused':
      warn(machines.refused(event.name, event.why))
      return
    case 'other-key':
      warn(machines.otherKeys(1))
  }
}
