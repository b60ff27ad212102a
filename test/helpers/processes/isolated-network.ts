/** A network of its own with nothing but loopback, in which every attempt to leave is counted by the kernel. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What tried to leave the namespace that this process runs in: connections without a route, and questions to a DNS server. */
export interface Attempts {
  withoutRoute: number
  datagrams: number
}

/** Whether the system lets this user make a namespace and bring its loopback up; containers often do not. */
export function canIsolate(): boolean {
  return spawnSync('unshare', [...namespaces, 'ip', 'link', 'set', 'lo', 'up']).status === 0
}

/** As root in a user namespace: whoever may make one need not be root outside. */
const namespaces = ['--map-root-user', '--net', '--']

/** Runs a command to its end, in a network of its own where `isolated`, and gives what it wrote to standard output. */
export function runIn(
  isolated: boolean,
  [file = '', ...args]: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined> },
): Promise<{ code: number | null; out: string; err: string }> {
  const inside = 'ip link set lo up && exec "$@"'
  const child = isolated
    ? spawn('unshare', [...namespaces, 'sh', '-c', inside, 'sh', file, ...args], options)
    : spawn(file, args, options)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    said.err += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...said }))
  })
}

/** The counters of the namespace that this process runs in: https://docs.kernel.org/networking/snmp_counter.html */
export function attempts(): Attempts {
  const counters = { ...tableOf(readFileSync('/proc/net/snmp', 'utf8')), ...listOf(readIPv6()) }
  const of = (name: string) => counters[name] ?? 0
  return {
    withoutRoute: of('Ip:OutNoRoutes') + of('Ip6OutNoRoutes'),
    // Loopback carries no datagrams of ours: a resolver on this machine would be asked by one.
    datagrams: of('Udp:OutDatagrams') + of('Udp6OutDatagrams'),
  }
}

function readIPv6(): string {
  try {
    return readFileSync('/proc/net/snmp6', 'utf8')
  } catch {
    return ''
  }
}

/** Pairs of lines: `Ip: Forwarding DefaultTTL …`, then `Ip: 1 64 …`. */
function tableOf(text: string): Record<string, number> {
  const lines = text.trim().split('\n')
  return Object.fromEntries(
    lines.flatMap((line, i) => {
      if (i % 2 === 1) return []
      const [protocol = '', ...names] = line.split(' ')
      const values = (lines[i + 1] ?? '').split(' ').slice(1)
      return names.map((name, k) => [protocol + name, Number(values[k])])
    }),
  )
}

function listOf(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .flatMap(line => {
        const [name, value] = line.split(/\s+/)
        return name === undefined ? [] : [[name, Number(value)]]
      }),
  )
}
