/** The widths of a model's text encoders, from their configs. */
import { z } from 'zod'
import type { NetworkPart } from '../networks/plan/parts.ts'
import type { EncoderWidths } from '../text/embedding-file.ts'
import { parseConfig } from '../weights/config-file.ts'
import type { ExpertParts } from './record.ts'

const schema = z.object({ hidden_size: z.int().min(1) })

/** The widths; a Refiner has no first encoder. @throws AppError 'model-config' when a config has no valid width. */
export function textWidthsOf({ networks }: ExpertParts): EncoderWidths {
  return {
    first: networks.textEncoder && widthOf(networks.textEncoder),
    second: widthOf(networks.textEncoder2),
  }
}

function widthOf({ config, configFile }: NetworkPart): number {
  return parseConfig(configFile, config, schema).hidden_size
}
