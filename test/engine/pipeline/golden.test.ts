import { afterAll } from 'vitest'
import { demoPictures, openDemoModels } from '../../../tools/oracle/demo.ts'
import { endToEnd } from '../../../tools/oracle/e2e.ts'
import { promptEmbeddings, weightedPrompts } from '../../../tools/oracle/prompts.ts'
import { vaeTiles } from '../../../tools/oracle/vae-tiles.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(promptEmbeddings, weightedPrompts, vaeTiles, endToEnd)

const demoModels = await openDemoModels()
afterAll(() => demoModels.close())
await describeGoldenFolder('demo', [demoPictures(demoModels)])
