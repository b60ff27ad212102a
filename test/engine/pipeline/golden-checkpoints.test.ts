import { checkpoints } from '../../../tools/oracle/checkpoints.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [checkpoints])
