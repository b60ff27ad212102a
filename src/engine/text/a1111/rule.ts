/** The prompt rule of A1111, which is the default. */
import { foreignRemarks } from '../foreign-marks.ts'
import { commonMarks, type PromptRule, type Weighting } from '../prompt-rule.ts'
import { rowLength } from '../token-rows.ts'
import { parseAttention } from './attention.ts'
import { cutIntoChunks } from './chunks.ts'
import { takeNetworks } from './networks.ts'
import { scheduleOf } from './schedule.ts'

export const a1111Rule: PromptRule = {
  withoutNetworks: takeNetworks,
  schedule: scheduleOf,
  chunks: (text, tokenise) => cutIntoChunks(parseAttention(text).segments, tokenise),
  weigh: multiplyKeepingMean,
  plainTokens: true,
  embeddingNames: 'plain',
  remarks: prompt => {
    const { text } = takeNetworks(prompt)
    const [first] = scheduleOf(text, 1)
    const scheduled = first?.text ?? ''
    return [
      ...parseAttention(scheduled).remarks,
      ...foreignRemarks(text, ['and', 'flag', 'decimal-comma', ...commonMarks]),
      // The remainder of this markup after the schedule is text.
      ...foreignRemarks(scheduled, ['double-colon', 'unscheduled']),
    ]
  },
}

/** z·w. */
export function multiply({ hidden, weights, width }: Weighting): Float32Array {
  return hidden.map((z, i) => z * (weights[Math.trunc(i / width)] ?? 1))
}

/** z·w, with each chunk rescaled to the mean that it had before. */
async function multiplyKeepingMean(weighting: Weighting): Promise<Float32Array> {
  const { hidden, width } = weighting
  const weighted = multiply(weighting)
  const perChunk = rowLength * width
  for (let start = 0; start < hidden.length; start += perChunk) {
    const chunk = weighted.subarray(start, start + perChunk)
    const before = mean(hidden.subarray(start, start + perChunk))
    const after = mean(chunk)
    // A chunk without weights stays unchanged, to the last bit.
    if (after === before || after === 0) continue
    const factor = before / after
    for (const [i, value] of chunk.entries()) chunk[i] = value * factor
  }
  return weighted
}

function mean(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
