/** The golden networks on a device, in one precision: how far each is from the reference, and how far it may be. */

import type { Precision } from '../../src/common/choices.ts'
import { variantFor } from '../../src/engine/onnx/graph-variants.ts'
import { Session } from '../../src/engine/onnx/session.ts'
import { maxAbsoluteError } from '../oracle/case.ts'
import type { OracleFolder } from '../oracle/folder.ts'
import { networkCases } from './cases.ts'

export interface NetworkResult {
  readonly network: string
  readonly error: number
  /** Of float32: what its rounding may cost; of float16: what it costs the reference, or rounding every result to it. */
  readonly limit: number
  /** What the device said instead of numbers. */
  readonly fault?: string
}

export async function checkNetworks(
  oracle: OracleFolder,
  device: string,
  precision: Precision,
): Promise<NetworkResult[]> {
  const results: NetworkResult[] = []
  for (const [network, open] of Object.entries(networkCases)) {
    const { build, inputs, output, golden, limit, roundingCost, torchCost } = await open(oracle)
    const allowed = precision === 'float32' ? limit : Math.max(roundingCost, torchCost)
    try {
      const graph = build({ variant: variantFor({ device, precision }) })
      const session = await Session.open(network, graph, { device })
      const ours = await session.run(inputs, output)
      await session.close()
      results.push({ network, error: maxAbsoluteError(ours, golden), limit: allowed })
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      results.push({ network, error: Number.NaN, limit: allowed, fault })
    }
  }
  return results
}
