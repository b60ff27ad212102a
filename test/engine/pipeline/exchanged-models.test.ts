/**
 * Three models that take turns, picture by picture, over 30 sizes: memory stays where it was after the first round, and no file
 * stays open. EASEL_EXCHANGED_PICTURES=500 is the long form; the short one is no whole round.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'
import { exchangeModels } from '../../../tools/bench/exchange.ts'

const pictures = Number(process.env.EASEL_EXCHANGED_PICTURES ?? 6)
/** What the allocator keeps and what garbage waits for its collector: of a run of 500, at most this much was seen. */
const mostGrowth = 1.1

test('exchanged models leave no memory and no open file behind', { timeout: 900_000 }, async () => {
  const found = await exchangeModels(join(packageRoot, 'models'), 'demo', pictures, ['--import', 'tsx'])
  const resident = found.rounds.map(({ residentBytes }) => Math.round(residentBytes / 2 ** 20))
  const { openFilesBefore, openFilesAfterwards } = found
  console.log(
    `exchanged models: ${pictures} pictures, ${resident.join(', ')} MB after each round, files ${openFilesBefore} to ${openFilesAfterwards}`,
  )
  expect(openFilesAfterwards).toBeLessThanOrEqual(openFilesBefore)
  for (const megabytes of resident) expect(megabytes).toBeLessThan(mostGrowth * (resident[0] ?? 0))
})
