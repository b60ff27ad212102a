/** What the command line says of a cache file of weights that is damaged, where no model file is. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'
import { spoilWeightsUnseen } from '../../helpers/models/spoil-weights.ts'

const { easel, inFolder, succeed } = cliFolder()

test('a picture that comes of it is no picture: the file is named; doctor finds it, and all is well afterwards', async () => {
  const settings = 'models: { demo: { weights: mapped } }\nweb: { port: 0 }\n'
  writeFileSync(inFolder('mapped.yaml'), settings)
  mkdirSync(inFolder('data'))
  const own = ['--config', 'mapped.yaml']
  const imagine = ['imagine', 'a red circle', '--steps', '1', '--size', '64x64', '-o', 'a.png', ...own]
  await succeed(...imagine)
  const folder = inFolder('data/cache/weights')
  const files = readdirSync(folder).filter(name => name.endsWith('.safetensors'))
  const spoil = () => Promise.all(files.map(name => spoilWeightsUnseen(`${folder}/${name}`, 4096)))

  await spoil()
  const picture = await easel(...imagine)
  expect(picture.code).toBe(1)
  expect(picture.err).toMatch(/The cache file \S+cache\/weights\/\S+\.safetensors.* is damaged/)
  expect(picture.err).not.toContain('Check the model’s files')
  await succeed(...imagine)

  await spoil()
  const found = await easel('doctor', ...own)
  expect(found.code).toBe(1)
  expect(found.out).toMatch(/WRONG +Models +demo: The cache file \S+cache\/weights\//)
  expect(found.out).toMatch(/ok +Models +demo paints/)
  expect(await succeed('doctor', ...own)).toMatch(
    /ok +Models +demo: its \d+ cache files of weights are sound/,
  )
})
