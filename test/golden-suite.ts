/** Turns the oracle's checkers into tests: one test per golden case, over a folder of test/golden. */
import { afterAll, describe, expect, test } from 'vitest'
import { type Checker, listCases, runCase } from '../tools/oracle/case.ts'
import { goldenFolder } from './helpers/models/golden-folder.ts'

/** Registers the cases of all checkers over test/golden/oracle; await it at the top level of a test file. */
export function describeGolden(...checkers: readonly Checker[]): Promise<void> {
  return describeGoldenFolder('oracle', checkers)
}

/** The same over another folder of test/golden. Models are expanded and opened once for all checkers. */
export async function describeGoldenFolder(folder: string, checkers: readonly Checker[]): Promise<void> {
  const oracle = goldenFolder(folder)
  const listed = await Promise.all(
    checkers.map(async checker => ({ checker, cases: await listCases(checker, oracle) })),
  )
  describe(`the golden numbers of ${folder}/`, () => {
    afterAll(() => oracle.close())
    for (const { checker, cases } of listed) {
      describe(checker.name, () => {
        test('has cases to check', () => expect(cases.length).toBeGreaterThan(0))
        for (const oracleCase of cases) {
          test.skipIf('notYet' in oracleCase)(oracleCase.name, async () => {
            const result = await runCase(oracleCase)
            expect(result, result.note).toMatchObject({ verdict: 'pass' })
          })
        }
      })
    }
  })
}
