/**
 * Three models that take turns, picture by picture, over 30 sizes: memory stays where it was after the first round, and no file
 * stays open. EASEL_EXCHANGED_PICTURES=500 is the long form; the short one is no whole round.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'
import { exchangeModels } from '../../../tools/bench/exchange.ts'

const pictures = Number(process.env.EASEL_EXCHANGED_PICTURES ?? 6)
/** Of a run of 500 pictures no round was above the first one; this is for what the allocator keeps and for garbage. */
const maxGrowth = 1.1

test('exchanged models leave no memory and no open file behind', { timeout: 900_000 }, async () => {
  const found = await exchangeModels(join(packageRoot, 'models'), 'demo', pictures, ['--import', 'tsx'])
  const resident = found.rounds.map(({ residentBytes }) => Math.round(residentBytes / 2 ** 20))
  const { openFilesBefore, openFilesAfterwards } = found
  console.log(
    `exchanged models: ${pictures} pictures, ${resident.join(', ')} MB after each round, files ${openFilesBefore} to ${openFilesAfterwards}`,
  )
  expect(openFilesAfterwards).toBeLessThanOrEqual(openFilesBefore)
  for (const megabytes of resident) expect(megabytes).toBeLessThan(maxGrowth * (resident[0] ?? 0))
})
