/** The largest forms all at once, from as many addresses: the server's memory holds the budget of uploads, not all of them. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maxPictureBytes } from '../../src/common/bounds.ts'
import { eventLoopDelays } from '../helpers/measurements/event-loop-delays.ts'
import { mainThreadMs } from '../helpers/measurements/processor-time.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

/** How many forms come at once. */
const forms = Number(process.env.EASEL_UPLOADS ?? 6)
/** What the server may need beside what it needs anyway: three forms, each in several copies while it is read. */
const boundMegabytes = 600

let server: ServerProcess
beforeEach(async () => {
  // Below `web`: each sender has an address of its own, as a proxy states it. At `info` it says how late its event loop was.
  server = new ServerProcess('  proxies: [127.0.0.1]\nlogLevel: info')
  await server.start()
})
afterEach(() => server.dispose())

/** The most that the process ever had in memory, in megabytes (proc_pid_status(5), VmHWM); 0 where the system does not tell. */
function mostMegabytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) / 1024
  } catch {
    return 0
  }
}

test(`${forms} forms of 40 MB at once: each is answered, and memory stays within the budget`, {
  timeout: 240_000,
}, async () => {
  // No picture at all: what is measured is how a form is read.
  const bytes = new Blob([Buffer.alloc(maxPictureBytes / 2, 'x')])
  const body = new FormData()
  body.set('text', 'a red circle')
  for (const field of ['source', 'mask', 'controlPicture', 'promptPicture']) body.set(field, bytes)
  const send = async (form: number) => {
    const origin = new URL(server.url).origin
    const headers = { accept: 'application/json', origin, 'x-forwarded-for': `203.0.113.${form}` }
    const response = await fetch(new URL('/say', server.url), { method: 'POST', body, headers })
    return (await response.json()) as { kind: string }
  }
  const idleMegabytes = mostMegabytes()
  const idleMs = mainThreadMs(server.pid)
  const replies = await Promise.all(Array.from({ length: forms }, (_, form) => send(form)))
  for (const reply of replies) expect(reply.kind).toBe('refused')
  const most = mostMegabytes() - idleMegabytes
  const eachMs = (mainThreadMs(server.pid) - idleMs) / forms
  const { code, lines } = await server.end('SIGTERM')
  process.stdout.write(
    `uploads: ${forms} forms of 40 MB at once: ${most.toFixed(0)} MB above the ${idleMegabytes.toFixed(0)} MB of before, ` +
      `${eachMs.toFixed(0)} ms of the main thread each, the event loop late by ${eventLoopDelays(lines).eventLoopMaxMs} ms at most\n`,
  )
  expect(code).toBe(0)
  expect(most).toBeLessThan(boundMegabytes)
})
