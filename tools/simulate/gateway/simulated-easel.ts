/** A whole Easel over a data folder of its own, a courier that agrees, and people who ask: what measures a job's cost needs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuiltEasel, buildEasel } from '../../../src/app/build-easel.ts'
import type { Courier } from '../../../src/app/delivery/courier.ts'
import type { Caller, Person } from '../../../src/app/people/people.ts'
import { progressIntervalMs } from '../../../src/bots/discord/outbound/progress-interval.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { DeviceOpeners } from '../../../src/engine/jobs/devices/device.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import type { Clock } from '../../../src/system/ports.ts'
import { systemIds } from '../../../src/system/system-ports.ts'
import { Chance } from '../chance.ts'
import { silentLog } from '../silent-log.ts'

/** Steps of a job, which a worker reports one by one. */
export const stepsPerJob = 30
const people = 50
/** As many as a person may have waiting by default. */
const atOnce = 10
/** No more jobs may wait. */
export const maxWaiting = people * atOnce

export interface SimulatedEaselParts {
  clock: Clock
  seed: number
  devices: DeviceOpeners[]
  beforeStatement?: (sql: unknown) => void
  /** Something was shown on the platform. */
  onMessage: () => void
  /** A result was shown there. */
  onResult?: () => void
}

export interface SimulatedEasel {
  built: BuiltEasel
  models: readonly ModelRecord[]
  /** One job; its author is another person each time. */
  ask(): Promise<void>
  /** Stops it and removes its data folder. */
  close(): Promise<void>
}

/** Its data folder is among the temporary files, so TMPDIR says on which disk. */
export async function startSimulatedEasel(parts: SimulatedEaselParts): Promise<SimulatedEasel> {
  const { clock, seed, devices, beforeStatement } = parts
  const dataDir = mkdtempSync(join(tmpdir(), 'easel-simulate-'))
  const chance = new Chance(seed)
  const { models } = await readModels({
    roots: [join(packageRoot, 'models')],
    linkTargets: [],
    cache: memoryHashCache(),
  })
  const defaults = loadConfig(packageRoot, dataDir)
  const built = buildEasel({
    config: {
      ...defaults,
      dataDir,
      limits: { ...defaults.limits, quotaPictures: 0, quotaPicturesPerSpace: 0, maxWaitHours: 0 },
    },
    catalogue: { models, files: [] },
    devices,
    checkPicture: async bytes => ({ bytes, mediaType: 'image/png', widthPx: 1, heightPx: 1 }),
    migrationsFolder: join(packageRoot, 'migrations'),
    clock,
    ids: systemIds,
    random: { uint32: () => Math.floor(chance.uniform() * 2 ** 32) },
    log: silentLog,
    onHung: () => {},
    ...(beforeStatement && { beforeStatement }),
  })
  built.register(agreeingCourier(parts))
  await built.start()
  let asked = 0
  return {
    built,
    models,
    async ask() {
      asked += 1
      await ask(built, asked)
    },
    async close() {
      await built.stop(0)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function ask({ easel }: BuiltEasel, number: number): Promise<void> {
  const person: Person = {
    platform: 'web',
    spaceId: 'web',
    userId: `person-${number % people}`,
    name: `Person ${number % people}`,
  }
  const caller: Caller = {
    person,
    rights: { member: true, moderator: false, admin: false },
    conversation: { platform: 'web', spaceId: 'web', channelId: 'chat', kind: 'channel', audience: 'space' },
    eventId: `event-${number}`,
  }
  const outcome = await easel.imagine(
    { prompt: `a red circle on a blue background, number ${number}`, steps: stepsPerJob },
    caller,
  )
  if (outcome.kind !== 'accepted') throw new Error(`a job was not accepted: ${JSON.stringify(outcome)}`)
}

/** Does at once whatever it is asked, and shows progress as often as Discord allows one message. */
function agreeingCourier({
  onMessage,
  onResult = () => {},
}: Pick<SimulatedEaselParts, 'onMessage' | 'onResult'>): Courier {
  const arrived = async (address: string) => {
    onMessage()
    return { kind: 'arrived', address } as const
  }
  return {
    platform: 'web',
    progressIntervalMs,
    opensWithState: true,
    openingMethods: ({ id }) => [{ name: 'place', attempt: () => arrived(id) }],
    progress: async () => onMessage(),
    resultMethods: ({ id }) => [
      {
        name: 'edit',
        attempt: () => {
          onResult()
          return arrived(id)
        },
      },
    ],
    close: async () => undefined,
    remove: async () => ({ kind: 'removed' }),
  }
}
