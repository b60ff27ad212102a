/** Expands one request to several jobs: `{a, b}` in the prompt, repeats, and wildcards, which are drawn for each job. */

import { randomSeed } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import { expandPrompt } from '../../engine/text/expand-prompt.ts'
import { type Drawing, drawWildcards } from '../../engine/text/wildcards.ts'
import type { Random } from '../../system/ports.ts'
import { checkTexts } from '../checks/text-limits.ts'
import { type Problem, problem } from '../problems.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Findings } from '../views/findings.ts'

/**
 * The requests of one job each, before wildcards are drawn. With `repeat`, a given seed is advanced by the number of
 * pictures from job to job.
 */
export function variantsOf(
  request: ImagineRequest,
  limits: Config['limits'],
  findings: Findings,
): ImagineRequest[] {
  if (!checkTexts(request, limits, findings)) return []
  const { repeat: wantedRepeat, ...single } = request
  const repeat = wantedRepeat ?? 1
  findings.wholeInRange('repeat', repeat, { min: 1, max: limits.maxFanOut })
  const expansion = expandPrompt(request.prompt, limits.maxFanOut)
  if (expansion.kind === 'too-many') {
    findings.refuse('fan-out', { count: expansion.count, limit: limits.maxFanOut })
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
  const { seed } = request
  return seed === undefined || seed === randomSeed ? seed : seed + repetition * (request.count ?? 1)
}

/** The requests with every `__name__` replaced by a line of that list. */
export function withWildcardsDrawn(
  variants: readonly ImagineRequest[],
  { wildcards, limits }: Pick<Config, 'wildcards' | 'limits'>,
  random: Random,
  findings: Findings,
): ImagineRequest[] {
  const pick = (count: number) => random.uint32() % count
  return variants.flatMap(variant => {
    const drawing = drawWildcards(variant.prompt, wildcards, pick, limits.maxPromptCharacters)
    if (drawing.kind === 'drawn') return { ...variant, prompt: drawing.prompt }
    findings.add(problemOf(drawing))
    return []
  })
}

function problemOf(drawing: Exclude<Drawing, { kind: 'drawn' }>): Problem {
  if (drawing.kind === 'unknown-wildcard') {
    return problem('wildcard-unknown', { name: drawing.name, known: drawing.known })
  }
  if (drawing.kind === 'endless-wildcard') return problem('wildcard-endless', { name: drawing.name })
  return problem('text-too-long', {
    field: 'prompt',
    length: { moreThan: drawing.limit },
    limit: drawing.limit,
  })
}
