/** A bare REST client for tests of the fake Discord itself. */
import { z } from 'zod'
import { FakeClock } from '../fake-clock.ts'
import { realClock } from '../real-clock.ts'
import { FakeDiscord } from './fake-discord.ts'
import type { Person } from './people.ts'
import type { Channel, Guild } from './world.ts'

const answer = z.looseObject({ id: z.string().optional(), code: z.number().optional() })

export interface Asked {
  status: number
  id: string
  /** Discord's own code, where the answer was no. */
  code: number | undefined
}

export interface StartedGuild {
  clock: FakeClock
  discord: FakeDiscord
  guild: Guild
  channel: Channel
  ada: Person
}

/** A running fake Discord with one guild, one channel and one person in it. */
export async function startGuild(): Promise<StartedGuild> {
  const clock = new FakeClock()
  const discord = new FakeDiscord({ clock, realClock, windowScale: 0 })
  await discord.start()
  const guild = discord.guild('Painters')
  return { clock, discord, guild, channel: discord.channel('pictures', guild), ada: discord.person('Ada') }
}

export async function askFake(
  discord: FakeDiscord,
  method: string,
  path: string,
  body?: object,
  files: readonly Uint8Array[] = [],
): Promise<Asked> {
  const headers: Record<string, string> = { Authorization: `Bot ${discord.token}` }
  let payload: string | FormData | undefined
  if (files.length > 0) {
    payload = new FormData()
    payload.append('payload_json', JSON.stringify(body))
    for (const [i, bytes] of files.entries())
      payload.append(`files[${i}]`, new Blob([new Uint8Array(bytes)]), `${i}.png`)
  } else if (body) {
    headers['Content-Type'] = 'application/json'
    payload = JSON.stringify(body)
  }
  const response = await fetch(`${discord.apiUrl}/v10${path}`, { method, headers, body: payload })
  const text = await response.text()
  const json = answer.parse(text.startsWith('{') ? JSON.parse(text) : {})
  return { status: response.status, id: json.id ?? '', code: json.code }
}
