/** Every module inside the networks gives what the reference gives, within ten times the cost of rounding. */
import { afterAll, expect, test } from 'vitest'
import { listCases, runCase } from '../../../tools/oracle/case.ts'
import { parts } from '../../../tools/oracle/networks/parts.ts'
import { textEncoders } from '../../../tools/oracle/networks/text-encoders.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'

const oracle = goldenFolder('oracle')
afterAll(() => oracle.close())
const cases = [...(await listCases(parts, oracle)), ...(await listCases(textEncoders, oracle))].filter(
  oracleCase => 'run' in oracleCase,
)

test('There are golden cases of both U-Nets, the VAE and both text encoders', () => {
  const names = cases.map(({ name }) => name).join('\n')
  for (const kind of [/unet_base/, /unet_refiner/, /vae/, /te1/, /te2/]) expect(names).toMatch(kind)
})

test.each(cases)('$name', async oracleCase => {
  expect(await runCase(oracleCase)).toMatchObject({ verdict: 'pass' })
})
