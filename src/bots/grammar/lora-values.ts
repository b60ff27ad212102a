/** The typed form of LoRAs: `name:0.8; other:0.5:1`, with a weight for the U-Net and one for the text encoders. */

import type { LoraRequest } from '../../app/requests.ts'
import { maxNameCharacters } from '../../common/bounds.ts'
import { type FlagValue, number } from './flag-values.ts'

export const loraList: FlagValue<readonly LoraRequest[]> = {
  expected: 'loras',
  shape: 'NAME[:WEIGHT[:TEXT WEIGHT]][; …]',
  read(typed) {
    const loras = typed.split(';').map(readLora)
    return loras.every(lora => lora !== undefined) ? loras : undefined
  },
  write: loras => loras.map(writeLora).join('; '),
  joined: (before, more) => [...before, ...more],
}

/** Weights follow the last colons, because a name may contain colons. */
function readLora(text: string): LoraRequest | undefined {
  const parts = text.split(':').map(part => part.trim())
  const weights: number[] = []
  while (parts.length > 1 && weights.length < 2) {
    const weight = number.read(parts.at(-1) ?? '')
    if (weight === undefined) break
    weights.unshift(weight)
    parts.pop()
  }
  const name = parts.join(':')
  const [unetWeight, textWeight] = weights
  if (name === '' || name.length > maxNameCharacters) return undefined
  return {
    name,
    ...(unetWeight !== undefined && { unetWeight }),
    ...(textWeight !== undefined && textWeight !== unetWeight && { textWeight }),
  }
}

/** Both weights if they differ, or if the end of the name could be read as a weight. */
function writeLora({ name, unetWeight = 1, textWeight = unetWeight }: LoraRequest): string {
  const isPlain = unetWeight === textWeight && !name.includes(':')
  return [name, unetWeight, ...(isPlain ? [] : [textWeight])].join(':')
}
