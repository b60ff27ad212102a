/** Resolves the LoRAs of the prompt, then those of the flag, by name in the library. Pure. */

import { bounds } from '../../common/bounds.ts'
import type { FileRecord } from '../../engine/models/file-record.ts'
import { loraMentions, mentionedName } from '../../engine/text/lora-mentions.ts'
import type { LoraOrder, PaintOrder } from '../../engine/work-order.ts'
import type { LoraRequest } from '../requests.ts'
import { type Catalogue, findByName, suggestions } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'

export function resolveLoras(
  requested: readonly LoraRequest[] = [],
  prompt: Pick<PaintOrder['prompt'], 'positive' | 'positive2' | 'syntax'>,
  { files = [] }: Catalogue,
  findings: Findings,
): LoraOrder[] | undefined {
  const loras = files.filter(({ kind }) => kind === 'lora')
  const mentioned = loraMentions(prompt).flatMap(mention => {
    if (mention.kind === 'read') return [mention]
    findings.refuse('lora-weight', { name: mention.name, written: mention.written })
    return []
  })
  const fromFlag = requested.map(({ name, unetWeight = 1, textWeight = unetWeight }) => {
    return { name, unetWeight, textWeight }
  })
  const all = [...mentioned, ...fromFlag]
  if (all.length === 0) return undefined
  findings.inRange('lora', all.length, bounds.loras)
  return all.flatMap(({ name, unetWeight, textWeight }) => {
    for (const weight of new Set([unetWeight, textWeight])) {
      findings.inRange(`lora ${name}`, weight, bounds.loraWeight)
    }
    const found = findLora(loras, name)
    if (found.kind === 'unknown') {
      findings.refuse('lora-unknown', { name, known: found.known })
      return []
    }
    const { file } = found
    return [{ name: file.name, hash: file.hash, unetWeight, textWeight, ...dataHashOf(file) }]
  })
}

/** The library's name of a LoRA; undefined if no file, or more than one, has that name. */
export function knownLora(name: string, { files = [] }: Pick<Catalogue, 'files'>): string | undefined {
  const found = findLora(
    files.filter(({ kind }) => kind === 'lora'),
    name,
  )
  return found.kind === 'found' ? found.file.name : undefined
}

/**
 * A1111 finds a LoRA by its file name without the folder, or by the name that its trainer gave it. If two files have the
 * name, both are suggested.
 */
function findLora(
  loras: readonly FileRecord[],
  name: string,
): { kind: 'found'; file: FileRecord } | { kind: 'unknown'; known: string[] } {
  const wanted = name.toLowerCase()
  const named = loras.filter(one => mentionedName(one).toLowerCase() === wanted)
  const alike = named.length > 0 ? named : loras.filter(one => one.lora?.alias?.toLowerCase() === wanted)
  const file = findByName(loras, name) ?? (alike.length === 1 ? alike[0] : undefined)
  if (file) return { kind: 'found', file }
  const names = (alike.length > 0 ? alike : loras).map(one => one.name)
  return { kind: 'unknown', known: alike.length > 0 ? names : suggestions(names, name) }
}

function dataHashOf({ lora }: FileRecord): Pick<LoraOrder, 'dataHash'> {
  return lora ? { dataHash: lora.dataHash } : {}
}

/** The LoRAs of an order that its prompt does not mention. */
export function lorasBesidePrompt({ loras = [], prompt }: Pick<PaintOrder, 'loras' | 'prompt'>): LoraOrder[] {
  return loras.slice(loraMentions(prompt).length)
}
