/** How many steps an order has, for its progress and for forecasts. Pure. */
import {
  countOf,
  type PaintOrder,
  type RefineOrder,
  type SamplingOrder,
  type WorkOrder,
} from './work-order.ts'

/** The number of steps of this order, for all of its pictures. An upscale has none. */
export function countSteps(order: WorkOrder): number {
  return order.kind === 'upscale' ? 0 : stepsOfPicture(order) * countOf(order)
}

function stepsOfPicture(order: PaintOrder | RefineOrder): number {
  if (order.kind === 'refine') return stepsAt(order.source.strength, stepsOf(order.sampling))
  const { refinement } = order
  return baseSteps(order) + (refinement?.way === 'after' ? stepsAt(refinement.strength, refinement.steps) : 0)
}

/** The steps of the Base, or of both experts of an ensemble. */
export function baseSteps({ source, sampling }: PaintOrder): number {
  const steps = stepsOf(sampling)
  return source ? stepsAt(source.strength, steps) : steps
}

/** The number of steps that run at a strength. */
export function stepsAt(strength: number, steps: number): number {
  return Math.min(Math.trunc(steps * strength), steps)
}

/** One step per fixed timestep. */
export function stepsOf({ steps, timesteps }: Pick<SamplingOrder, 'steps' | 'timesteps'>): number {
  return timesteps?.length ?? steps
}
