/** The oracle's cases that run whole models, and the demo model's pictures, on one device in one precision. */
import { join } from 'node:path'
import { isCpu, type Target } from '../../src/engine/onnx/graph-variants.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { type Check, type Checker, listCases, passes } from '../oracle/case.ts'
import { demoPictures, openDemoModels } from '../oracle/end-to-end/demo.ts'
import { endToEnd } from '../oracle/end-to-end/e2e.ts'
import { sizes } from '../oracle/end-to-end/sizes.ts'
import { OracleFolder } from '../oracle/folder.ts'
import { checkpoints } from '../oracle/networks/checkpoints.ts'
import { controlNets } from '../oracle/networks/controlnets.ts'
import { ipAdapters } from '../oracle/networks/ip-adapters.ts'
import { promptEmbeddings } from '../oracle/text/prompts.ts'

/** The golden folders by name, with the checkers that open models through the folder, and so on its device. */
const checkersOf: Readonly<Record<string, readonly Checker[]>> = {
  oracle: [promptEmbeddings, endToEnd],
  'oracle-2': [checkpoints, sizes, controlNets, ipAdapters],
}

export interface GoldenCaseResult {
  readonly name: string
  readonly checks: readonly Check[]
  /** Why there are no numbers. */
  readonly fault?: string
}

/** Adds to `results`. The limits are those of float32 on a CPU, and for pictures in eight bits. The signal ends it between two cases. */
export async function checkGoldenCases(
  target: Target,
  signal: AbortSignal,
  results: GoldenCaseResult[],
): Promise<void> {
  const check = async (folder: OracleFolder, checkers: readonly Checker[]) => {
    try {
      for (const checker of checkers) {
        for (const one of await listCases(checker, folder)) {
          signal.throwIfAborted()
          if ('run' in one) results.push(await resultOf(one))
        }
      }
    } finally {
      await folder.close()
    }
  }
  const golden = (name: string) => new OracleFolder(join(packageRoot, 'test/golden', name), { target })
  for (const [name, checkers] of Object.entries(checkersOf)) await check(golden(name), checkers)
  const models = await openDemoModels(target)
  try {
    await check(golden('demo'), [demoPictures(models)])
  } finally {
    await models.close()
  }
}

async function resultOf({
  name,
  run,
}: {
  name: string
  run: () => Promise<readonly Check[]>
}): Promise<GoldenCaseResult> {
  try {
    return { name, checks: await run() }
  } catch (error) {
    return { name, checks: [], fault: error instanceof Error ? error.message : String(error) }
  }
}

export interface GoldenSummary {
  readonly result: string
  readonly isWithin: boolean
}

/**
 * On a GPU the runtime chooses an algorithm for each convolution by measuring when a session first runs, so two sessions of
 * one graph differ by rounding. Where the CPU must give the same bits, a GPU may be off by this.
 */
const sameBitsLimit = 1e-5

/** float32 is held to every limit, float16 to those of pictures. */
export function summaryOf(results: readonly GoldenCaseResult[], target: Target): GoldenSummary {
  const [fault] = results.filter(one => one.fault !== undefined)
  const isSameBits = ({ limit }: Check) => limit === 0 && !isCpu(target)
  const checks = results
    .flatMap(one => one.checks)
    .map(check => (isSameBits(check) ? { ...check, limit: sameBitsLimit } : check))
  const pictures = checks.filter(({ what }) => what.endsWith('picture'))
  const latents = checks.filter(({ what }) => what.includes('final latents'))
  const judged = target.precision === 'float16' ? pictures : checks
  const count = (all: readonly Check[]) => `${all.filter(passes).length} of ${all.length}`
  const worst = (all: readonly Check[]) => Math.max(0, ...all.map(({ error }) => error))
  return {
    result: [
      `${count(pictures)} pictures (worst ${worst(pictures)}/255)`,
      `${count(latents)} latents (worst ${worst(latents).toExponential(1)})`,
      `${count(checks)} checks`,
      ...(fault ? [`${fault.name}: ${fault.fault}`] : []),
    ].join(', '),
    isWithin: !fault && judged.every(passes),
  }
}
