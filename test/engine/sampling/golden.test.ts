import { kDiffusionSamplers, uiSchedules } from '../../../tools/oracle/sampling/k-diffusion.ts'
import { expertSplit, imageToImageStart } from '../../../tools/oracle/sampling/schedule-spans.ts'
import { schedulers } from '../../../tools/oracle/sampling/schedulers.ts'
import { describeGolden, describeGoldenFolder } from '../../golden-suite.ts'

await describeGolden(schedulers, imageToImageStart, expertSplit)
await describeGoldenFolder('oracle-2', [uiSchedules, kDiffusionSamplers])
await describeGoldenFolder('oracle-3', [schedulers])
