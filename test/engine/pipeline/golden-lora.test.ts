import { loraFiles } from '../../../tools/oracle/networks/loras.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(loraFiles)
await describeGoldenFolder('oracle-2', [loraFiles])
await describeGoldenFolder('oracle-3', [loraFiles])
