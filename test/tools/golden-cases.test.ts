/** Promises of the GPU check's golden cases: what each precision is held to, and that a folder runs in the one asked for. */
import { afterAll, expect, test } from 'vitest'
import { type GoldenCaseResult, summaryOf } from '../../tools/gpu-check/golden-cases.ts'
import { type Check, listCases, passes } from '../../tools/oracle/case.ts'
import { endToEnd } from '../../tools/oracle/end-to-end/e2e.ts'
import { goldenFolder } from '../helpers/models/golden-folder.ts'

const picture: Check = { what: 'picture', error: 1, limit: 3 }
const latents: Check = { what: 'final latents', error: 2e-2, limit: 1e-4 }
const resultOf = (...checks: Check[]): GoldenCaseResult[] => [{ name: 'e2e/one', checks }]

test('float32 is held to every limit, float16 to those of pictures', () => {
  const results = resultOf(latents, picture)
  expect(summaryOf(results, { precision: 'float32' }).isWithin).toBe(false)
  expect(summaryOf(results, { precision: 'float16' }).isWithin).toBe(true)
  const far = resultOf({ ...picture, error: 4 })
  expect(summaryOf(far, { precision: 'float16' }).isWithin).toBe(false)
})

test('two sessions of one graph give the same bits on the CPU, and may differ by rounding on a card', () => {
  const bits = (error: number) => resultOf({ what: 'residual 0', error, limit: 0 })
  expect(summaryOf(bits(1e-6), { device: 'cpu' }).isWithin).toBe(false)
  expect(summaryOf(bits(1e-6), { device: 'cuda:0' }).isWithin).toBe(true)
  expect(summaryOf(bits(1e-4), { device: 'cuda:0' }).isWithin).toBe(false)
})

test('a case without numbers is beyond its limits, and says why', () => {
  const { isWithin, result } = summaryOf([{ name: 'e2e/one', checks: [], fault: 'no kernel' }], {})
  expect(isWithin).toBe(false)
  expect(result).toContain('e2e/one: no kernel')
})

const folder = goldenFolder('oracle', { device: 'cpu', precision: 'float16' })
afterAll(() => folder.close())

test('in float16 the latents are off by what float16 costs, and the picture is the reference’s', async () => {
  const one = (await listCases(endToEnd, folder)).find(({ name }) => name === 'e2e/txt2img_euler_1step')
  if (!one || !('run' in one)) throw new Error('no such case')
  const checks = await one.run()
  const error = checks.find(({ what }) => what === 'final latents')?.error
  expect(error).toBeGreaterThan(1e-5)
  expect(error).toBeLessThan(2e-3)
  expect(checks.filter(({ what }) => what === 'picture').map(passes)).toEqual([true])
})
