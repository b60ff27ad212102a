/** The cross-attentions of U-Nets whose levels differ, against the reference's list: test/golden/oracle-3/reference.py. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { crossAttentionPaths } from '../../../src/engine/networks/image-prompts.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import tinyBase from '../../golden/oracle/models/files/tiny-base/unet/config.json' with { type: 'json' }

const lists = z
  .array(z.object({ change: z.record(z.string(), z.unknown()), cross: z.array(z.string()) }))
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/golden/oracle-3/attentions.json'), 'utf8')))

describe('A U-Net has the reference’s cross-attentions, in its order', () => {
  test.each(lists.map(({ change, cross }) => ({ keys: JSON.stringify(change), change, cross })))(
    '$keys',
    one => {
      const config = parseConfig('unet/config.json', { ...tinyBase, ...one.change }, unetConfigSchema)
      expect(crossAttentionPaths(config)).toEqual(one.cross)
    },
  )
})
