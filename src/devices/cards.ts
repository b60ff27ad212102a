/** Lists the NVIDIA cards of the driver: their names, the memory of each, and the driver's version. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Card {
  /** CUDA's number of the card, the N of cuda:N. */
  readonly ordinal: number
  readonly name: string
  readonly memoryMib: number
  readonly driver: string
  /** Its PCI address as Linux writes it, `0000:01:00.0`, or what the driver says instead. */
  readonly address: string
}

/** The time limit, for a driver that hangs. */
const answerLimitMs = 10_000

const columns = ['index', 'name', 'memory.total', 'driver_version', 'pci.bus_id']

/** The cards that CUDA will see, in its order. Undefined if the driver's program is missing or does not respond. */
export async function listCards(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Card[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      [`--query-gpu=${columns.join(',')}`, '--format=csv,noheader,nounits'],
      { env: { ...env }, timeout: answerLimitMs },
    )
    return visibleCards(parseCards(stdout), env.CUDA_VISIBLE_DEVICES)
  } catch {
    return undefined
  }
}

/** `0, NVIDIA GeForce RTX 4090, 24564, 550.54.14, 00000000:01:00.0`: a line per card; other lines are ignored. */
export function parseCards(csv: string): Card[] {
  return csv.split('\n').flatMap(line => {
    const [, index, name = '', memory, driver = '', bus = ''] =
      /^\s*(\d+)\s*,\s*(.+?)\s*,\s*(\d+)\s*,\s*([\d.]+)\s*,\s*(.*?)\s*$/.exec(line) ?? []
    if (index === undefined) return []
    // The driver writes the domain with eight digits, and Linux with four.
    const address = bus.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '')
    return [{ ordinal: Number(index), name, memoryMib: Number(memory), driver, address }]
  })
}

/** visible: CUDA_VISIBLE_DEVICES, a list of numbers. CUDA renumbers these cards, up to the first invalid number. */
export function visibleCards(cards: readonly Card[], visible: string | undefined): readonly Card[] {
  if (visible === undefined || /[a-z]/i.test(visible)) return cards
  const named: Card[] = []
  for (const index of visible.split(',')) {
    const card = index.trim() === '' ? undefined : cards.find(({ ordinal }) => ordinal === Number(index))
    if (!card) break
    named.push({ ...card, ordinal: named.length })
  }
  return named
}
