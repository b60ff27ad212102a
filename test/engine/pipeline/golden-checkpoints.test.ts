import { checkpoints } from '../../../tools/oracle/networks/checkpoints.ts'
import { otherLayouts } from '../../../tools/oracle/networks/other-layouts.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(otherLayouts)
await describeGoldenFolder('oracle-2', [checkpoints])
