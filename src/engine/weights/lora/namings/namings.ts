/** All naming schemes of LoRA files; one file may mix them. */
import { kohya } from './kohya.ts'
import type { LoraNaming } from './naming.ts'
import { oldDiffusers } from './old-diffusers.ts'
import { peft } from './peft.ts'

export const namings: readonly LoraNaming[] = [peft, oldDiffusers, kohya]
