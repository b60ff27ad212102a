/** A bare REST client for tests of the fake Discord itself. */
import { z } from 'zod'
import type { FakeDiscord } from './fake-discord.ts'

const answer = z.looseObject({ id: z.string().optional(), code: z.number().optional() })

export interface Asked {
  status: number
  id: string
  /** Discord's own code, where the answer was no. */
  code: number | undefined
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
