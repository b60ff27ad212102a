/** The golden numbers of test/golden, whose models are expanded once for all test files of a run. */
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { Target } from '../../../src/engine/onnx/graph-variants.ts'
import { OracleFolder } from '../../../tools/oracle/folder.ts'

/** `name`: a folder of test/golden; target: where its models run. Whoever opens models through it closes it. */
export function goldenFolder(name: string, target?: Target): OracleFolder {
  const root = fileURLToPath(new URL(`../../golden/${name}`, import.meta.url))
  return new OracleFolder(root, { expansions: inject('expansions'), target })
}
