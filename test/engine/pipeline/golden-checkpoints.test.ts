import { checkpoints } from '../../../tools/oracle/checkpoints.ts'
import { edmFolder } from '../../../tools/oracle/edm.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [checkpoints, edmFolder])
