import { afterAll } from 'vitest'
import { demoPictures, openDemoModels } from '../../../tools/oracle/end-to-end/demo.ts'
import { endToEnd } from '../../../tools/oracle/end-to-end/e2e.ts'
import { vaeTiles } from '../../../tools/oracle/networks/vae-tiles.ts'
import { promptEmbeddings, weightedPrompts } from '../../../tools/oracle/text/prompts.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(promptEmbeddings, weightedPrompts, vaeTiles, endToEnd)
await describeGoldenFolder('oracle-3', [endToEnd])

const demoModels = await openDemoModels()
afterAll(() => demoModels.close())
await describeGoldenFolder('demo', [demoPictures(demoModels)])
