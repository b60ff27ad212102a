/** `weights: int8` and `mapped` on the command line: the size of the cache files is said before they are made, once. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runHere } from '../../helpers/cli/run-here.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

test.each([
  ['int8', '8 bits'],
  ['mapped', 'float32'],
])(
  '%s: the first picture says what is written and how large it is, the second one has the same bytes',
  async (weights, type) => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'data'))
    const config = join(cwd, 'config.yaml')
    writeFileSync(config, JSON.stringify({ dataDir: 'data', models: { demo: { weights } } }))
    const paint = (file: string) =>
      runHere(['imagine', 'a red circle --steps 1 --seed 7', '--config', config, '-o', file], { cwd })
    const first = await paint('one.png')
    expect(first).toMatchObject({ code: 0 })
    expect(first.err).toMatch(
      new RegExp(
        `Writing demo’s weights in ${type} to \\S+-${weights}-v\\d+\\.safetensors \\([\\d.]+ (kB|MB)\\), once …`,
      ),
    )
    const second = await paint('two.png')
    expect(second.err).not.toContain(type)
    expect(readFileSync(join(cwd, 'two.png')).equals(readFileSync(join(cwd, 'one.png')))).toBe(true)
  },
)

test('doctor says of a model that is too large for the device when 8-bit weights would let it fit', async () => {
  const cwd = tempFolder()
  mkdirSync(join(cwd, 'data'))
  const config = join(cwd, 'config.yaml')
  const doctor = (memory: string) => {
    writeFileSync(config, JSON.stringify({ dataDir: 'data', devices: [{ name: 'cpu', memory }] }))
    return runHere(['doctor', '--config', config], { cwd })
  }
  const advice = /^off +Models +With “weights: int8” in its settings in the configuration, demo fits\.$/m
  const [somewhat, far] = [await doctor('14MB'), await doctor('1MB')]
  expect(somewhat.out).toMatch(/^WRONG +Models +demo: This needs 1\d\.\d MB/m)
  expect(somewhat.out).toMatch(advice)
  expect(far.out).toMatch(/^WRONG +Models +demo: This needs/m)
  expect(far.out).not.toMatch(advice)
})
