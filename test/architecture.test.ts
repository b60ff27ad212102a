import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../src/system/paths.ts'
import { readImports, type Source } from './helpers/architecture/sources.ts'
import { findViolations } from './helpers/architecture/violations.ts'

function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name) && !name.startsWith('golden/'))
    .map(name => join(folder, name))
    .map(path => ({ path: relative(packageRoot, path), text: readFileSync(path, 'utf8') }))
}

/** A file that breaks no rule by itself. */
function file(path: string, ...lines: string[]): Source {
  return { path, text: ['/** An example. */', ...lines, ''].join('\n') }
}

test('the sources keep the rules of docs/architecture.md', () => {
  const sources = ['src', 'test', 'tools'].flatMap(folder => readSources(join(packageRoot, folder)))
  expect(sources.length).toBeGreaterThan(500)
  expect(findViolations(sources)).toEqual([])
})

test('a folder has at most 16 files', () => {
  const files = Array.from({ length: 17 }, (_, i) => file(`src/common/a${i}.ts`))
  expect(findViolations(files)).toEqual(['src/common: has 17 files, 16 at most'])
})

describe('the rules can fail', () => {
  test.each([
    ['app/a.ts', "import { x } from '../bots/discord/index.ts'", 'src/app/ may not'],
    ['engine/jobs/a.ts', "import { x } from '../../db/client.ts'", 'src/engine/jobs/ may not'],
    ['engine/jobs/a.ts', "import type { X } from '../../app/easel.ts'", 'src/engine/jobs/ may not'],
    ['engine/pipeline/a.ts', "import { x } from '../host/worker.ts'", 'src/engine/pipeline/ may not'],
    ['engine/modules/a.ts', "import { x } from '../networks/unet.ts'", 'src/engine/modules/ may not'],
    ['bots/a.ts', "import { x } from '../db/jobs.ts'", 'src/bots/ may not'],
    ['bots/discord/a.ts', "import { x } from '../slack/render.ts'", 'one bot from another'],
    ['bots/a.ts', "import { x } from './slack/render.ts'", 'one bot from another'],
    ['bots/messages/a.ts', "import { x } from '../slack/outbound/render.ts'", 'one bot from another'],
    ['db/a.ts', "import { x } from '../app/people.ts'", 'src/db/ may not'],
    ['app/a.ts', "export * from '../cli.ts'", 'src/app/ may not'],
    ['app/a.ts', "const x = await import('../main.ts')", 'src/app/ may not'],
    ['app/a.ts', "import {\n  x,\n  type Y,\n} from '../main.ts'", 'src/app/ may not'],
    [
      'engine/onnx/graph.ts',
      "import * as ort from 'onnxruntime-node'",
      'which only src/engine/onnx/session.ts',
    ],
    ['app/a.ts', "import Database from 'better-sqlite3'", 'which only src/db/'],
    ['app/a.ts', "import { eq } from 'drizzle-orm/sqlite-core'", 'which only src/db/'],
    [
      'engine/jobs/pool.ts',
      "import PQueue from 'p-queue'",
      'which only src/engine/jobs/devices/device-queue.ts',
    ],
    ['bots/slack/a.ts', "import 'discord.js'", 'which only src/bots/discord/'],
    ['app/a.ts', 'const job = db.jobs.get(id)', 'take visible.ts'],
    ['app/a.ts', 'const p = parts.db.pictures.madeWithHash(hash)', 'take visible.ts'],
    ['app/a.ts', 'const t = Date.now()', 'Date\\.now'],
    ['app/a.ts', 'const t = new Date()', 'new Date'],
    ['engine/pipeline/a.ts', 'const r = Math.random()', 'Math\\.random'],
    ['app/a.ts', "import { randomUUID } from 'node:crypto'", 'random(?:UUID'],
    ['db/a.ts', 'const q = sql.raw(text)', 'builds SQL from text'],
    ['app/a.ts', 'export default 1', 'default export'],
    ['app/a.ts', '\n'.repeat(302), '300 at most'],
    ['app/NotKebab.ts', '', 'kebab-case'],
    ['app/a.ts', "z.enum(['auto', 'float32', 'float16'])", 'repeats precisions'],
    ['app/a.ts', "type Way = 'after' | 'ensemble'", 'repeats refinerWays'],
    ['app/a.ts', "const all = [\n  'web',\n  'discord',\n  'slack',\n]", 'repeats chatPlatforms'],
    ['app/a.ts', "/** Throws AppError 'file'. */", 'without @throws'],
    ['app/a.ts', '/** @throws AppError file when it is missing. */', 'its code in quotes'],
    ['app/a.ts', "/** @throws AppError 'file' where it is missing. */", 'does not say when'],
  ])('%s with %s', (path, line, complaint) => {
    const violations = findViolations([file(`src/${path}`, line)])
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain(`src/${path}: `)
    expect(violations[0]).toContain(complaint)
  })

  test('on a file without its opening sentence', () => {
    expect(findViolations([{ path: 'src/app/a.ts', text: 'export const a = 1\n' }])).toHaveLength(1)
    expect(findViolations([{ path: 'src/app/a.ts', text: '/** No full stop */\n' }])).toHaveLength(1)
  })

  test('on a file that opens with “Owns”', () => {
    expect(findViolations([{ path: 'src/app/a.ts', text: '/** Owns an example. */\n' }])).toEqual([
      expect.stringContaining('opens with “Owns”'),
    ])
  })

  test.each([
    ['test/app/a.test.ts', '\n'.repeat(302), '300 at most'],
    ['test/helpers/notKebab.ts', '', 'kebab-case'],
    ['tools/a.ts', 'const desk = 1', 'metaphor “desk”'],
    ['test/helpers/a.ts', 'function openStudioFor() {}', 'metaphor “studio”'],
    ['src/app/studio.ts', '', 'metaphor “studio”'],
  ])('%s with %s, outside of src/ too', (path, line, complaint) => {
    expect(findViolations([file(path, line)])).toEqual([expect.stringContaining(complaint)])
  })

  test('a prompt may hold any word, and a test file may ask the machine for the time', () => {
    expect(findViolations([file('test/app/a.test.ts', "const prompt = 'a studio'", 'Date.now()')])).toEqual(
      [],
    )
  })

  test('on a circle, however long, but not on a circle of types', () => {
    const circle = (word: string) => [
      file('src/app/a.ts', "import { b } from './b.ts'"),
      file('src/app/b.ts', "import { c } from './c.ts'"),
      file('src/app/c.ts', `import ${word}{ a } from './a.ts'`),
    ]
    expect(findViolations(circle(''))).toEqual([
      'src/app/a.ts: is in a circle: src/app/a.ts → src/app/b.ts → src/app/c.ts → src/app/a.ts',
    ])
    expect(findViolations(circle('type '))).toEqual([])
  })

  test('on a worker that loads the database by a detour', () => {
    const violations = findViolations([
      file('src/engine/host/worker.ts', "import { p } from '../pipeline/p.ts'"),
      file('src/engine/pipeline/p.ts', "import { h } from '../image/h.ts'"),
      file('src/engine/image/h.ts', "import { d } from '../../db/d.ts'"),
      file('src/db/d.ts'),
    ])
    expect(violations).toContain('src/db/d.ts: a worker loads it')
  })

  test('on a server whose main thread could run a session', () => {
    const violations = findViolations([
      file('src/main.ts', "import { l } from './startup/model-library.ts'"),
      file('src/startup/model-library.ts', "import { o } from '../engine/pipeline/o.ts'"),
      file('src/engine/pipeline/o.ts', "import { s } from '../onnx/session.ts'"),
      file('src/engine/onnx/session.ts', "import * as ort from 'onnxruntime-node'"),
    ])
    expect(violations).toEqual(['src/engine/onnx/session.ts: the main thread loads it'])
  })
})

describe('the reader of imports', () => {
  test('passes over comments and strings', () => {
    const source = file(
      'src/app/a.ts',
      "// import { x } from '../main.ts'",
      '/* Date.now() */',
      "const url = 'http://a'",
    )
    expect(readImports(source)).toEqual([])
    expect(findViolations([source])).toEqual([])
  })

  test('tells types from values', () => {
    const source = file('src/bots/a.ts', "import type { S } from '../engine/jobs/job.ts'")
    expect(readImports(source)).toEqual([
      { from: 'src/bots/a.ts', to: 'src/engine/jobs/job.ts', typeOnly: true },
    ])
    expect(findViolations([source])).toEqual([])
    expect(findViolations([file('src/bots/a.ts', "import { S } from '../engine/jobs/job.ts'")])).toHaveLength(
      1,
    )
  })
})
