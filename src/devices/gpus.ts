/** Lists the NVIDIA cards of the driver: their names, the memory of each, and the driver's version. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Gpu {
  /** CUDA's number of the card, the N of cuda:N. */
  readonly ordinal: number
  readonly name: string
  /** Undefined where the driver does not say: a card that shares the memory of the processor, or parts of a card (MIG). */
  readonly memoryMib: number | undefined
  /** What nobody uses of it. Undefined as above, and where it is not known whether cuda:N is this card. */
  readonly freeMib: number | undefined
  readonly driver: string
  /** Its PCI address as Linux writes it, `0000:01:00.0`, or what the driver says instead. */
  readonly address: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** The time limit, for a driver that hangs. */
const answerLimitMs = 10_000

/** `nvidia-smi --help-query-gpu` explains them. */
const columns = [
  'index',
  'name',
  'memory.total',
  'memory.free',
  'mig.mode.current',
  'driver_version',
  'pci.bus_id',
]

/** The cards that CUDA will see, in its order. Undefined if the driver's program is missing or does not respond. */
export async function listGpus(
  env: Environment,
  limitMs = answerLimitMs,
): Promise<readonly Gpu[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [`--query-gpu=${columns.join(',')}`, '--format=csv,noheader,nounits'],
      // Nobody waits for a program that a driver keeps from ending even by force.
      {
        env: { ...env },
        timeout: limitMs,
        killSignal: 'SIGKILL',
        signal: AbortSignal.timeout(2 * limitMs),
      },
    )
    return visibleGpus(parseGpus(stdout), env)
  } catch {
    return undefined
  }
}

/**
 * `0, NVIDIA GeForce RTX 4090, 24564, 23802, [N/A], 550.54.14, 00000000:01:00.0`: a line per card; other lines are ignored. For
 * what it does not know, the driver writes a reason in brackets.
 */
export function parseGpus(csv: string): Gpu[] {
  return csv.split('\n').flatMap(line => {
    const [, index, name = '', total = '', free = '', mig, driver = '', bus = ''] = row.exec(line) ?? []
    if (index === undefined) return []
    // The driver writes the domain with eight digits, and Linux with four.
    const address = bus.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '')
    // What is free of all parts of a card together is more than CUDA's one part has.
    const freeMib = mig === 'Enabled' ? undefined : amountOf(free)
    return [{ ordinal: Number(index), name, memoryMib: amountOf(total), freeMib, driver, address }]
  })
}

const amount = String.raw`(\d+|\[[^\]]*\])`
const row = new RegExp(
  String.raw`^\s*(\d+)\s*,\s*(.+?)\s*,\s*${amount}\s*,\s*${amount}\s*,\s*(\w+|\[[^\]]*\])\s*,\s*([\d.]+)\s*,\s*(.*?)\s*$`,
)

function amountOf(text: string): number | undefined {
  return text.startsWith('[') ? undefined : Number(text)
}

/**
 * CUDA renumbers the cards that CUDA_VISIBLE_DEVICES lists by number, up to the first invalid number. Where it has identifiers, or
 * CUDA orders cards by speed, which of several cards has which number is not known, so neither is what is free on it.
 */
export function visibleGpus(
  cards: readonly Gpu[],
  { CUDA_VISIBLE_DEVICES: visible, CUDA_DEVICE_ORDER: order = 'PCI_BUS_ID' }: Environment,
): readonly Gpu[] {
  const hasIdentifiers = visible !== undefined && /[a-z]/i.test(visible)
  const known =
    cards.length > 1 && (hasIdentifiers || order !== 'PCI_BUS_ID')
      ? cards.map(card => ({ ...card, freeMib: undefined }))
      : cards
  if (visible === undefined || hasIdentifiers) return known
  const named: Gpu[] = []
  for (const index of visible.split(',')) {
    const card = index.trim() === '' ? undefined : known.find(({ ordinal }) => ordinal === Number(index))
    if (!card) break
    named.push({ ...card, ordinal: named.length })
  }
  return named
}
