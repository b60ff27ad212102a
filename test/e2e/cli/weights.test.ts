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
