/** What the fake Easel makes of requests: the least that an adapter can notice. */
import { type Problem, problem } from '../../src/app/problems.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import { type WorkOrder, workOrder } from '../../src/engine/work-order.ts'

/** The one bound that the fake holds. */
export function refusalOf(request: ImagineRequest): Problem | undefined {
  if (request.prompt.trim() === '') return problem('prompt-empty', {})
  const { steps } = request
  if (steps !== undefined && (steps < 1 || steps > 150)) {
    return problem('out-of-range', { name: 'steps', value: steps, min: 1, max: 150 })
  }
  return undefined
}

/** `{a,b}` and repeat, as far as one group goes. */
export function expand(request: ImagineRequest): string[] {
  const [group, choices] = /\{([^{}]*,[^{}]*)\}/.exec(request.prompt) ?? []
  const prompts =
    group === undefined || choices === undefined
      ? [request.prompt]
      : choices.split(',').map(choice => request.prompt.replace(group, choice.trim()))
  return prompts.flatMap(prompt => Array.from({ length: request.repeat ?? 1 }, () => prompt))
}

/** The order of a request, with the demo model's defaults. */
export function orderOf(request: ImagineRequest, prompt: string): WorkOrder {
  const { source } = request
  return workOrder.parse({
    kind: 'paint',
    model: { name: request.model ?? 'demo', hash: 'a1b2c3d4' },
    prompt: { positive: prompt, negative: request.negative ?? null },
    widthPx: request.size?.widthPx ?? 128,
    heightPx: request.size?.heightPx ?? 128,
    count: request.count ?? 1,
    seed: request.seed ?? 7,
    sampling: {
      sampler: request.sampler ?? 'euler',
      steps: request.steps ?? 20,
      guidance: request.guidance ?? 7,
    },
    source: source && {
      pictureId: source.kind === 'stored' ? source.pictureId : 'uploadedpicture1',
      strength: request.strength ?? 0.6,
    },
  })
}
