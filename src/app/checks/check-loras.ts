/** Checks before acceptance which modules of the LoRAs in orders fit the model. */
import type { PaintOrder } from '../../engine/work-order.ts'
import { hasCode } from '../../errors/errors.ts'
import type { Catalogue } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'

/** The maximum number of modules or embeddings that a sentence names. */
const maxExamples = 3

export async function checkLoras(
  orders: readonly PaintOrder[],
  { models, files = [], loraFit }: Catalogue,
  findings: Findings,
): Promise<void> {
  if (!loraFit) return
  const noticed = new Set<string>()
  for (const order of orders) {
    const model = models.find(({ hash }) => hash === order.model.hash)
    for (const { name: lora, hash } of order.loras ?? []) {
      const file = files.find(one => one.kind === 'lora' && one.hash === hash)
      if (!model || !file || noticed.has(hash)) continue
      noticed.add(hash)
      try {
        const { modules, unmatched, embeddings } = await loraFit(model, file)
        if (embeddings.length > 0) {
          findings.notice('lora-embeddings', { lora, embeddings: embeddings.slice(0, maxExamples) })
        }
        if (unmatched.length === 0) continue
        const facts = { unmatched: unmatched.length, modules, examples: unmatched.slice(0, maxExamples) }
        findings.notice('lora-partly', { lora, model: order.model.name, ...facts })
      } catch (error) {
        if (!hasCode(error, 'model-file')) throw error
        findings.refuse('lora-unfit', { lora, model: order.model.name, problem: error.details.problem })
      }
    }
  }
}
