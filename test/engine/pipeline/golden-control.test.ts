import { sizes } from '../../../tools/oracle/end-to-end/sizes.ts'
import { controlNets } from '../../../tools/oracle/networks/controlnets.ts'
import { ipAdapters } from '../../../tools/oracle/networks/ip-adapters.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [sizes, controlNets, ipAdapters])
