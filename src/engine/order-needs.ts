/** The memory that the networks of an order need: those of its models, and of the files that are used with them. Pure. */
import type { Precision } from '../common/choices.ts'
import type { MemoryNeed } from '../common/memory-need.ts'
import type { FileRecord } from './models/file-record.ts'
import type { ExpertRecord, ModelRecord } from './models/record.ts'
import type { NetworkNeed } from './networks/memory/working-memory.ts'
import type { LowMemoryLevel } from './pipeline/low-memory.ts'
import { expertsOf, type FileReference, type ModelReference, type WorkOrder } from './work-order.ts'

/** The models and the files that orders name. */
export interface NamedFiles {
  readonly models: readonly ModelRecord[]
  readonly files?: readonly FileRecord[] | undefined
}

/** The needs of each network, which run in turn. An IP-Adapter's matrices are in the Base's U-Net. A LoRA adds no weights. */
export function needsOfOrder(order: WorkOrder, { models, files = [] }: NamedFiles): NetworkNeed[] {
  if (order.kind === 'upscale') return []
  const { controls = [], imagePrompts = [], refinement } = order.kind === 'paint' ? order : {}
  const recordsOf = (references: readonly FileReference[]) => {
    const hashes = new Set(references.map(({ hash }) => hash))
    return files.filter(({ hash }) => hashes.has(hash))
  }
  const adapters = recordsOf(imagePrompts.map(({ model }) => model))
  const inBase = adapters.flatMap(({ inUNet = [] }) => inUNet)
  const expertNeeds = [order.model, ...(refinement ? [refinement.model] : [])].flatMap(reference => {
    const own = needsOfModel(order, reference, models, recordsOf(reference.vae ? [reference.vae] : []))
    return reference === order.model ? own.map(need => withAdded(need, inBase)) : own
  })
  const beside = [...recordsOf(controls.map(({ model }) => model)), ...adapters]
  return [...expertNeeds, ...beside.flatMap(({ needs = [] }) => needs)]
}

/** vaes: those that replace the model's own. */
function needsOfModel(
  order: WorkOrder,
  { hash }: ModelReference,
  models: readonly ModelRecord[],
  vaes: readonly FileRecord[],
): NetworkNeed[] {
  const experts = expertsOf<ExpertRecord>(order, models).filter(expert => expert.hash === hash)
  const own = experts.flatMap(({ needs = [] }) => needs)
  const replaced = vaes.flatMap(({ needs = [] }) => needs)
  return replaced.length === 0 ? own : [...own.filter(({ network }) => network !== 'vae'), ...replaced]
}

/** The same network with more weights. */
function withAdded(need: NetworkNeed, added: readonly NetworkNeed[]): NetworkNeed {
  const alike = added.filter(({ network }) => network === need.network)
  const onCard = (precision: Precision): NetworkNeed['onCard'][Precision] => {
    const at = (level: LowMemoryLevel) =>
      total(
        need.onCard[precision][level],
        alike.map(one => one.onCard[precision][level]),
      )
    return [at(0), at(1), at(2)]
  }
  return { ...total(need, alike), onCard: { float32: onCard('float32'), float16: onCard('float16') } }
}

function total<Need extends MemoryNeed>(need: Need, added: readonly MemoryNeed[]): Need {
  const sum = (key: 'openingBytes' | 'weightBytes') =>
    added.reduce((bytes, one) => bytes + one[key], need[key])
  return { ...need, openingBytes: sum('openingBytes'), weightBytes: sum('weightBytes') }
}
