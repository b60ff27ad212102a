/** A VAE without attention, with a shift that SDXL does not use, against the reference: test/golden/vae-without-attention. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeNames } from '../../../src/engine/networks/vae.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../../src/engine/weights/layouts/diffusers-folder.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { readTensors } from '../../../tools/oracle/tensors.ts'

const folder = join(packageRoot, 'test/golden/vae-without-attention')
const config = parseConfig(
  folder,
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  vaeConfigSchema,
)
const source = await openDiffusersFolder(folder)
const golden = await readTensors(join(folder, 'numbers.safetensors'))

test.each([
  ['encodes', buildVaeEncoder, 'pixels', [1, 3, 10, 14], 'moments'],
  ['decodes', buildVaeDecoder, 'latents', [1, 4, 5, 7], 'decoded'],
] as const)('It %s as the reference does', async (_, build, input, shape, output) => {
  const session = await Session.open('vae', build(config, source))
  const ours = await session.run({ [vaeNames.input]: { data: golden.floats(input), shape } }, vaeNames.output)
  await session.close()
  expect(maxAbsoluteError(ours, golden.floats(output))).toBeLessThan(1e-5)
})
