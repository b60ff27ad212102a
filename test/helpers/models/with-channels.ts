/** A .safetensors file whose modules have other channels than its model was trained with. */

interface Channels {
  readonly outputs?: number
  readonly inputs?: number
}

/** The same file with other channels in some modules: values repeat. */
export function withChannels(text: string, modules: Readonly<Record<string, Channels>>): string {
  const bytes = Buffer.from(text, 'latin1')
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length))
  delete header.__metadata__
  let at = 0
  const data: Buffer[] = []
  const entries = Object.entries(header).map(([name, entry]) => {
    const { dtype, shape, data_offsets } = Object(entry)
    const own = bytes.subarray(8 + length + data_offsets[0], 8 + length + data_offsets[1])
    const wanted = modules[name.replace(/\.\w+$/, '')] ?? {}
    const made = repeated(own, shape, wanted)
    data.push(made.bytes)
    at += made.bytes.length
    return [name, { dtype, shape: made.shape, data_offsets: [at - made.bytes.length, at] }]
  })
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([size, json, ...data]).toString('latin1')
}

/** shape: [outputs, inputs, …] of a weight, [outputs] of a bias. */
function repeated(own: Buffer, shape: readonly number[], wanted: Channels) {
  const [rows = 1, columns = 1, ...rest] = shape
  const { outputs = rows, inputs = columns } = shape.length === 1 ? { ...wanted, inputs: 1 } : wanted
  const cellBytes = own.length / (rows * columns)
  const cells = Array.from({ length: outputs * inputs }, (_, i) => {
    const from = ((Math.floor(i / inputs) % rows) * columns + ((i % inputs) % columns)) * cellBytes
    return own.subarray(from, from + cellBytes)
  })
  return { bytes: Buffer.concat(cells), shape: shape.length === 1 ? [outputs] : [outputs, inputs, ...rest] }
}
