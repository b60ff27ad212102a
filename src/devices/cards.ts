/** Lists the NVIDIA cards of the driver: their names, the memory of each, and the driver's version. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Card {
  /** CUDA's number of the card, the N of cuda:N. */
  readonly ordinal: number
  readonly name: string
  readonly memoryMib: number
  readonly driver: string
}

/** For a driver that hangs. */
const answerLimitMs = 10_000

const columns = ['index', 'name', 'memory.total', 'driver_version']

/** Those that CUDA will see, in its order. Undefined where the driver's own program is missing or does not answer. */
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

/** `0, NVIDIA GeForce RTX 4090, 24564, 550.54.14`: a line per card; lines of another form are left out. */
export function parseCards(csv: string): Card[] {
  return csv.split('\n').flatMap(line => {
    const [, index, name = '', memory, driver = ''] =
      /^\s*(\d+)\s*,\s*(.+?)\s*,\s*(\d+)\s*,\s*([\d.]+)\s*$/.exec(line) ?? []
    return index === undefined ? [] : [{ ordinal: Number(index), name, memoryMib: Number(memory), driver }]
  })
}

/** visible: CUDA_VISIBLE_DEVICES, numbers with commas; CUDA counts what it names anew, up to the first that is none. */
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
