import { expertSplit, imageToImageStart } from '../../../tools/oracle/schedule-spans.ts'
import { schedulers } from '../../../tools/oracle/schedulers.ts'
import { describeGolden } from '../../golden-suite.ts'

await describeGolden(schedulers, imageToImageStart, expertSplit)
