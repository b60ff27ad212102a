/** One request, several jobs: `{a, b}` in the prompt, and repeats. Pure. */
import type { Config } from '../config.ts'
import { expandPrompt } from '../engine/text/expand-prompt.ts'
import type { Findings } from './findings.ts'
import type { ImagineRequest } from './requests.ts'

/** Requests that stand for one job each. A seed that was given goes on from set to set when the same is repeated. */
export function variantsOf(
  request: ImagineRequest,
  limits: Config['limits'],
  findings: Findings,
): ImagineRequest[] {
  const { repeat: wantedRepeat, ...single } = request
  const repeat = wantedRepeat ?? 1
  findings.wholeInRange('repeat', repeat, 1, limits.maxFanOut)
  const expansion = expandPrompt(request.prompt, { limit: limits.maxFanOut, pick: () => 0 })
  if (expansion.kind === 'too-many') {
    findings.refuse('fan-out', { count: expansion.count, limit: limits.maxFanOut })
  }
  if (expansion.kind === 'unknown-wildcard') {
    findings.refuse('wildcard-unknown', { name: expansion.name, known: expansion.known })
  }
  if (findings.problems.length > 0 || expansion.kind !== 'expanded') return []

  const count = expansion.prompts.length * repeat
  if (count > limits.maxFanOut) {
    findings.refuse('fan-out', { count, limit: limits.maxFanOut })
    return []
  }
  return expansion.prompts.flatMap(prompt =>
    Array.from(
      { length: repeat },
      (_, i): ImagineRequest => ({ ...single, prompt, seed: seedOf(single, i) }),
    ),
  )
}

/** Picture i of a set has seed + i, so the next set begins after the last of this one. */
function seedOf(request: ImagineRequest, repetition: number): number | undefined {
  return request.seed === undefined ? undefined : request.seed + repetition * (request.count ?? 1)
}
