import { controlNets } from '../../../tools/oracle/controlnets.ts'
import { ipAdapters } from '../../../tools/oracle/ip-adapters.ts'
import { sizes } from '../../../tools/oracle/sizes.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'

await describeGoldenFolder('oracle-2', [sizes, controlNets, ipAdapters])
