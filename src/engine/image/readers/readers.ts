/** The readers of parameters in the order in which they are tried; a program is one file and one line here. */
import { readA1111 } from './a1111.ts'
import { readComfyUi } from './comfyui.ts'
import { readDrawThings } from './draw-things.ts'
import { readEasyDiffusion } from './easy-diffusion.ts'
import { readFooocus } from './fooocus.ts'
import { readInvokeAi } from './invokeai.ts'
import { readNovelAi } from './novelai.ts'
import type { ParametersReader } from './reader.ts'
import { readSwarmUi } from './swarmui.ts'

/**
 * Draw Things' JSON comes before its text, which is nearly A1111's. A1111's text comes before ComfyUI's graph: nodes that write
 * it summarise the graph.
 */
export const readers: readonly ParametersReader[] = [
  readSwarmUi,
  readFooocus,
  readInvokeAi,
  readNovelAi,
  readDrawThings,
  readEasyDiffusion,
  readA1111,
  readComfyUi,
]
