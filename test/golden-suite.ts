/** Turns the oracle's checkers into tests: one test per golden case, over test/golden/oracle. */
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type Checker, listCases, runCase } from '../tools/oracle/case.ts'
import { OracleFolder } from '../tools/oracle/folder.ts'

/** Registers the checker's cases; await it at the top level of a test file. */
export async function describeGolden(checker: Checker): Promise<void> {
  const oracle = new OracleFolder(fileURLToPath(new URL('golden/oracle', import.meta.url)))
  const cases = await listCases(checker, oracle)
  describe(`${checker.name} equals the golden numbers`, () => {
    afterAll(() => oracle.close())
    test('there are cases to check', () => expect(cases.length).toBeGreaterThan(0))
    for (const oracleCase of cases) {
      test.skipIf('notYet' in oracleCase)(oracleCase.name, async () => {
        const result = await runCase(oracleCase)
        expect(result, result.note).toMatchObject({ verdict: 'pass' })
      })
    }
  })
}
