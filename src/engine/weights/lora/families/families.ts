/** Every family of updates. A module may have one for its weight and one for its bias. */
import type { Family } from '../family.ts'
import { loha } from './loha.ts'
import { lokr } from './lokr.ts'
import { lora, loraBias } from './lora.ts'
import { wholeDifferences } from './whole.ts'

export const families: readonly Family[] = [lora, loraBias, loha, lokr, ...wholeDifferences]
