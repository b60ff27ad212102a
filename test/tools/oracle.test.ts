/** The oracle reads any folder of its structure: other names, orders, seeds and precisions, and groups that are missing. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CaseResult, listCases, runCase } from '../../tools/oracle/case.ts'
import { checkers } from '../../tools/oracle/checkers.ts'
import { OracleFolder } from '../../tools/oracle/folder.ts'
import { readTensors } from '../../tools/oracle/tensors.ts'
import { writeSafetensors } from '../helpers/models/safetensors.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const golden = fileURLToPath(new URL('../golden/oracle', import.meta.url))
const program = fileURLToPath(new URL('../../dist/tools/oracle.js', import.meta.url))

async function resultsOf(folder: string): Promise<CaseResult[]> {
  const oracle = new OracleFolder(folder)
  const results: CaseResult[] = []
  try {
    for (const checker of checkers) {
      for (const one of await listCases(checker, oracle)) results.push(await runCase(one))
    }
  } finally {
    await oracle.close()
  }
  return results
}

function copy(folder: string, from: string, to = from): void {
  mkdirSync(dirname(join(folder, to)), { recursive: true })
  copyFileSync(join(golden, from), join(folder, to))
}

function writeJson(folder: string, path: string, value: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), JSON.stringify(value))
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(golden, path), 'utf8'))

const e2eSchema = z.looseObject({
  cases: z.array(z.looseObject({ name: z.string(), seed: z.union([z.number(), z.array(z.number())]) })),
})

/** Cases under other names and in the other order; seeds that torch takes for the same ones. */
function moveEndToEnd(folder: string, chosen: readonly string[]): void {
  const { cases, ...rest } = e2eSchema.parse(readJson('e2e/cases.json'))
  const kept = cases.filter(({ name }) => chosen.includes(name)).reverse()
  const another = (seed: number) => seed + 2 ** 32
  const renamed = kept.map((one, i) => ({
    ...one,
    name: `número ${i}`,
    seed: Array.isArray(one.seed) ? one.seed.map(another) : another(one.seed),
  }))
  writeJson(folder, 'e2e/cases.json', { ...rest, cases: renamed })
  for (const [i, { name }] of kept.entries())
    copy(folder, `e2e/${name}.safetensors`, `e2e/número ${i}.safetensors`)
  for (const file of readdirSync(join(golden, 'e2e/inputs'))) copy(folder, `e2e/inputs/${file}`)
}

const indexSchema = z.looseObject({ cases: z.array(z.looseObject({ sampler: z.string() })) })

function moveSchedulers(folder: string, names: Readonly<Record<string, string>>): void {
  const { cases, ...rest } = indexSchema.parse(readJson('schedulers/index.json'))
  const renamed = cases.flatMap(one => {
    const sampler = names[one.sampler]
    return sampler === undefined ? [] : [{ ...one, sampler }]
  })
  writeJson(folder, 'schedulers/index.json', { ...rest, cases: renamed.reverse() })
  copy(folder, 'schedulers/index.safetensors')
  for (const [from, to] of Object.entries(names)) {
    copy(folder, `schedulers/${from}.safetensors`, `schedulers/${to}.safetensors`)
  }
}

/** The models ready to use, under another name and in float16, in which every one of their weights is exact. */
async function moveModels(folder: string): Promise<void> {
  const models = join(folder, 'models')
  execFileSync(process.execPath, [join(golden, 'models/expand.mjs'), models, 'tiny-base/'])
  execFileSync(process.execPath, [join(golden, 'models/expand.mjs'), models, 'tiny-refiner/'])
  for (const layout of ['onnx', 'sharded']) rmSync(join(models, `tiny-base-${layout}`), { recursive: true })
  for (const half of ['base', 'refiner']) {
    const model = join(models, `otra-${half}`)
    renameSync(join(models, `tiny-${half}`), model)
    for (const network of ['unet', 'vae', 'text_encoder', 'text_encoder_2']) {
      for (const name of ['diffusion_pytorch_model.safetensors', 'model.safetensors']) {
        const file = join(model, network, name)
        if (existsSync(file)) await toFloat16(file)
      }
    }
  }
}

async function toFloat16(file: string): Promise<void> {
  const tensors = await readTensors(file)
  const entries = tensors.names.map(name => {
    const { shape, data } = tensors.get(name)
    const bytes = new Uint8Array(Uint16Array.from(data, halfBits).buffer)
    return [name, { dtype: 'F16', shape, bytes }] as const
  })
  writeSafetensors(file, Object.fromEntries(entries))
}

/** A float16's bits of a value that float16 can say. */
function halfBits(value: number): number {
  if (value === 0) return 0
  const sign = value < 0 ? 0x8000 : 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const isNormal = exponent >= -14
  const fraction = Math.abs(value) * 2 ** (isNormal ? 10 - exponent : 24) - (isNormal ? 1024 : 0)
  if (!Number.isInteger(fraction)) throw new Error(`${value} is no float16`)
  return sign | (isNormal ? (exponent + 15) << 10 : 0) | fraction
}

describe('a folder that is arranged otherwise', () => {
  test('passes all the same', { timeout: 200_000 }, async () => {
    const folder = tempFolder()
    await moveModels(folder)
    moveEndToEnd(folder, [
      'txt2img_euler_a_generator_list',
      'txt2img_two_prompts',
      'base_img2img_batch2_generator_list',
      'base_inpaint_0.9',
      'refiner_img2img_scores',
    ])
    moveSchedulers(folder, { heun: 'zweiter', euler_v: 'v', lcm: '第三' })
    copy(folder, 'rng/randn.json')
    copy(folder, 'text/tokenizer.json')
    copy(folder, 'text/embeds.json')
    copy(folder, 'text/embeds.safetensors')
    for (const end of ['json', 'safetensors']) {
      copy(folder, `parts/unet_base_16x24_t1.${end}`, `parts/one.${end}`)
      copy(folder, `parts/unet_refiner_16x16_t1.${end}`, `parts/another.${end}`)
      copy(folder, `parts/vae_64x96.${end}`, `parts/codec.${end}`)
    }
    const results = await resultsOf(folder)
    expect(results.filter(({ verdict }) => verdict === 'fail')).toEqual([])
    const passed = results.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name)
    expect(passed).toEqual(
      expect.arrayContaining(['parts/one', 'parts/another', 'parts/codec', 'e2e/número 4']),
    )
    for (const group of [/^rng/, /^text.tokenizer model/, /^text.encoder/, /^schedulers.第三/, /^e2e/]) {
      expect(passed.join('\n')).toMatch(new RegExp(group, 'm'))
    }
    const waiting = results.filter(({ verdict }) => verdict === 'not yet')
    expect(waiting.filter(({ name }) => !name.startsWith('text/tokenizer full'))).toEqual([])
  })

  test('that holds one group alone is checked for that', async () => {
    const folder = tempFolder()
    copy(folder, 'rng/randn.json')
    const results = await resultsOf(folder)
    expect(results.length).toBeGreaterThan(5)
    expect(new Set(results.map(({ verdict }) => verdict))).toEqual(new Set(['pass']))
  })
})

describe('the command', () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
    return { status, stderr, lines: stdout.trim().split('\n') }
  }

  test('fails, with one line per case and the count last, where a number is not what it should be', () => {
    const folder = tempFolder()
    const text = readFileSync(join(golden, 'rng/randn.json'), 'utf8')
    // The first digit of the first number that was drawn.
    mkdirSync(join(folder, 'rng'))
    writeFileSync(join(folder, 'rng/randn.json'), text.replace(/("first16":\s*\[\s*-?)\d/, '$17'))
    const { status, lines } = run(folder)
    expect(status).toBe(1)
    expect(lines.filter(line => /\bfail\b/.test(line.slice(56)))).toHaveLength(1)
    expect(lines.at(-1)).toMatch(/^\d+ passed, 1 failed, 0 not yet$/)
  })

  test('names a file that it cannot read, and goes on', () => {
    const folder = tempFolder()
    copy(folder, 'rng/randn.json')
    writeJson(folder, 'e2e/cases.json', { cases: 'none' })
    const { status, lines } = run(folder)
    expect(status).toBe(1)
    expect(lines.some(line => line.startsWith('e2e ') && line.includes('fail'))).toBe(true)
    expect(lines.at(-1)).toMatch(/^[1-9]\d* passed, 1 failed, 0 not yet$/)
  })

  test.each([
    [[], 'Name a folder of golden numbers.'],
    [['/no/such/folder'], 'There is no folder /no/such/folder.'],
    [['/proc/self'], 'holds no golden numbers'],
    [['--demo', '/proc/self'], 'holds no golden pictures'],
  ])('says in one sentence what is wrong with %j', (args, sentence) => {
    const { status, stderr } = run(...args)
    expect(status).toBe(1)
    expect(stderr).toContain(sentence)
  })
})
