/** Promises of single files: tensors under the names of the original authors, in the forms that programs write. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFileWeights } from '../../../../src/engine/weights/layouts/single-file.ts'
import { readTensor } from '../../../../src/engine/weights/tensor-values.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.each([
  ['text_projection', 'Stability’s and ComfyUI’s, turned', [2, 3], [1, 3, 5, 2, 4, 6]],
  ['text_projection.weight', 'that of diffusers’ script, as it was', [3, 2], [1, 2, 3, 4, 5, 6]],
] as const)('a text projection called %s is read: %s', async (name, _, shape, values) => {
  const file = join(tempFolder(), 'model.safetensors')
  writeSafetensors(file, {
    [`conditioner.embedders.1.model.${name}`]: { dtype: 'F32', shape, bytes: floats(...values) },
  })
  const source = await openFileWeights(file, 'conditioner.embedders.1.model.', 'open-clip')
  const found = source.find('text_projection.weight', [3, 2])
  expect(found?.shape).toEqual([3, 2])
  expect(found && [...(await readTensor(found))]).toEqual([1, 2, 3, 4, 5, 6])
})
