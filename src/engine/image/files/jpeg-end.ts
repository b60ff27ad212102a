/**
 * Distinguishes a JPEG that lacks only its end marker, which viewers read, from a truncated one: checks whether the coded data
 * of its scans are complete. (ITU-T T.81: annex B segments, annex F sequential scans, annex G progressive ones.)
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { HuffmanBits, type HuffmanTable, huffmanTable } from './huffman-bits.ts'
import { maxSegments } from './metadata.ts'

const marker = {
  ...{ startOfBaseline: 0xc0, startOfExtended: 0xc1, startOfProgressive: 0xc2 },
  ...{ huffmanTables: 0xc4, endOfImage: 0xd9, startOfScan: 0xda, restartInterval: 0xdd },
}
const endMarker = Uint8Array.of(0xff, marker.endOfImage)

/** A component, with its blocks per minimum coded unit. */
interface Component {
  readonly id: number
  readonly horizontal: number
  readonly vertical: number
}

interface JpegFrame {
  readonly kind: 'sequential' | 'progressive'
  readonly widthPx: number
  readonly heightPx: number
  readonly components: readonly Component[]
}

interface ScanComponent extends Component {
  readonly dc: HuffmanTable | undefined
  readonly ac: HuffmanTable | undefined
}

/** A scan sends the coefficients from the first to the last one. Their `lowBit` low bits follow in later scans. */
interface JpegScan {
  readonly components: readonly ScanComponent[]
  readonly first: number
  readonly last: number
  readonly lowBit: number
  /** The offset of its coded data. */
  readonly at: number
}

/**
 * The file with an end marker, if its scans have all blocks; undefined if blocks are missing or if that cannot be determined.
 * `mayWarn`: whether warnings of the decoder are acceptable. If the blocks were not counted here, each warning may mean a
 * missing block.
 */
export async function withEndMarker(
  bytes: Uint8Array,
): Promise<{ file: Uint8Array; mayWarn: boolean } | undefined> {
  const tables = new Map<number, HuffmanTable>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frame: JpegFrame | undefined
  let restartInterval = 0
  let coverage: Coverage | undefined
  let at = 2
  for (let left = maxSegments; left > 0 && at + 4 <= bytes.length; left--) {
    const kind = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff) return undefined
    if (kind === 0xff) {
      at += 1
      continue
    }
    const end = at + 2 + view.getUint16(at + 2)
    if (kind === marker.endOfImage || end > bytes.length || end < at + 4) break
    const payload = bytes.subarray(at + 4, end)
    if (kind === marker.huffmanTables) readTables(payload, tables)
    if (kind === marker.restartInterval) restartInterval = view.getUint16(at + 4)
    if (kind in frameKinds) {
      frame = readFrame(payload, kind)
      coverage = new Coverage(frame)
    }
    at = end
    if (kind !== marker.startOfScan) continue
    const scan = frame && readScan(payload, end, frame, tables)
    if (!frame || !scan) return undefined
    if (frame.kind === 'sequential' && scan.components.length === frame.components.length) {
      const endAt = await endOfBlocks(bytes, scan, frame, restartInterval)
      return endAt === undefined ? undefined : { file: cutWithMarker(bytes, endAt), mayWarn: true }
    }
    coverage?.add(scan)
    at = nextMarker(bytes, end)
  }
  return coverage?.isComplete() ? { file: cutWithMarker(bytes, at), mayWarn: false } : undefined
}

function cutWithMarker(bytes: Uint8Array, at: number): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), endMarker])
}

const frameKinds: Readonly<Record<number, JpegFrame['kind']>> = {
  [marker.startOfBaseline]: 'sequential',
  [marker.startOfExtended]: 'sequential',
  [marker.startOfProgressive]: 'progressive',
}

function readTables(payload: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= payload.length; ) {
    const lengths = payload.subarray(at + 1, at + 17)
    const symbols = lengths.reduce((sum, count) => sum + count, 0)
    tables.set(payload[at] ?? 0, huffmanTable(lengths, payload.subarray(at + 17, at + 17 + symbols)))
    at += 17 + symbols
  }
}

function readFrame(payload: Uint8Array, kind: number): JpegFrame {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const size = payload.length < 6 ? 0 : view.getUint8(5)
  const components = Array.from({ length: Math.min(size, (payload.length - 6) / 3) }, (_, i) => {
    const factors = view.getUint8(7 + 3 * i)
    return { id: view.getUint8(6 + 3 * i), horizontal: factors >> 4, vertical: factors & 15 }
  })
  const [heightPx, widthPx] = payload.length < 6 ? [0, 0] : [view.getUint16(1), view.getUint16(3)]
  return { kind: frameKinds[kind] ?? 'sequential', widthPx, heightPx, components }
}

function readScan(
  payload: Uint8Array,
  at: number,
  frame: JpegFrame,
  tables: ReadonlyMap<number, HuffmanTable>,
): JpegScan | undefined {
  const count = payload[0] ?? 0
  const [first = 0, last = 0, bits = 0] = payload.subarray(1 + 2 * count)
  const components = Array.from({ length: count }, (_, i): ScanComponent | undefined => {
    const component = frame.components.find(one => one.id === payload[1 + 2 * i])
    const named = payload[2 + 2 * i] ?? 0
    return component && { ...component, dc: tables.get(named >> 4), ac: tables.get(0x10 | (named & 15)) }
  }).filter(one => one !== undefined)
  if (count === 0 || components.length !== count) return undefined
  return { components, first, last, lowBit: bits & 15, at }
}

/** The coefficients of each component that scans have sent completely. */
class Coverage {
  readonly #frame: JpegFrame
  readonly #sent: Map<number, Set<number>>

  constructor(frame: JpegFrame) {
    this.#frame = frame
    this.#sent = new Map(frame.components.map(({ id }) => [id, new Set<number>()]))
  }

  add({ components, first, last, lowBit }: JpegScan): void {
    const isWhole = this.#frame.kind === 'sequential'
    if (!isWhole && lowBit > 0) return
    const [from, to] = isWhole ? [0, 63] : [first, Math.min(last, 63)]
    for (const { id } of components) for (let k = from; k <= to; k++) this.#sent.get(id)?.add(k)
  }

  isComplete(): boolean {
    return this.#sent.size > 0 && [...this.#sent.values()].every(sent => sent.size === 64)
  }
}

/** The offset of the next marker that ends a scan (no stuffed byte, no restart marker), or the end of the file. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return bytes.length
}

/** Blocks between two turns of the event loop, about 2 ms. */
const blocksPerTurn = 10_000

/** The end of the coded data of a sequential scan of all components; undefined if blocks are missing. */
async function endOfBlocks(
  bytes: Uint8Array,
  { components, at }: JpegScan,
  { widthPx, heightPx }: JpegFrame,
  restartInterval: number,
): Promise<number | undefined> {
  const widest = Math.max(...components.map(one => one.horizontal))
  const tallest = Math.max(...components.map(one => one.vertical))
  // A single component is not interleaved: its unit is one block.
  const [unitWidthPx, unitHeightPx] = components.length === 1 ? [8, 8] : [8 * widest, 8 * tallest]
  const units = Math.ceil(widthPx / unitWidthPx) * Math.ceil(heightPx / unitHeightPx)
  const unit = components.flatMap(({ horizontal, vertical, dc, ac }) =>
    Array.from({ length: components.length === 1 ? 1 : horizontal * vertical }, () => ({ dc, ac })),
  )
  if (units === 0 || unit.length === 0) return undefined
  const bits = new HuffmanBits(bytes, at)
  const unitsPerTurn = Math.ceil(blocksPerTurn / unit.length)
  for (let i = 0; i < units; i++) {
    if (i > 0 && restartInterval > 0 && i % restartInterval === 0 && !bits.restart()) return undefined
    for (const { dc, ac } of unit) if (!dc || !ac || !skipBlock(bits, dc, ac)) return undefined
    if (i % unitsPerTurn === 0) await nextTurn()
  }
  return bits.at
}

/** Skips one block: the size of its DC difference, then runs of zeros, each with the size of the coefficient after it. */
function skipBlock(bits: HuffmanBits, dc: HuffmanTable, ac: HuffmanTable): boolean {
  const difference = bits.symbol(dc)
  if (difference === undefined || !bits.skip(difference & 15)) return false
  for (let k = 1; k < 64; ) {
    const symbol = bits.symbol(ac)
    if (symbol === undefined) return false
    const [run, size] = [symbol >> 4, symbol & 15]
    if (size === 0 && run < 15) return true // the rest of the block is zero
    if (!bits.skip(size)) return false
    k += run + 1
  }
  return true
}
