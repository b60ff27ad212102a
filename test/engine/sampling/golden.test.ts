import { kDiffusionSamplers, uiSchedules } from '../../../tools/oracle/k-diffusion.ts'
import { expertSplit, imageToImageStart } from '../../../tools/oracle/schedule-spans.ts'
import { schedulers } from '../../../tools/oracle/schedulers.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(schedulers, imageToImageStart, expertSplit)
await describeGoldenFolder('oracle-2', [uiSchedules, kDiffusionSamplers])
