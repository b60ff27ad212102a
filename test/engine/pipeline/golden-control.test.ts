import { afterAll } from 'vitest'
import { sizes } from '../../../tools/oracle/end-to-end/sizes.ts'
import { controlNets } from '../../../tools/oracle/networks/controlnets.ts'
import { ipAdapters } from '../../../tools/oracle/networks/ip-adapters.ts'
import { joinedPictures } from '../../../tools/oracle/networks/joined-pictures.ts'
import { describeGoldenFolder } from '../../golden-suite.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'

await describeGoldenFolder('oracle-2', [sizes, controlNets, ipAdapters])

const partTwo = goldenFolder('oracle-2')
afterAll(() => partTwo.close())
await describeGoldenFolder('oracle-3', [joinedPictures(partTwo)])
