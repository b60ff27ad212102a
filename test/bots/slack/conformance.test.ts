import { describeAdapter } from '../../conformance/adapter.suite.ts'
import { startSlackDriver } from './driver.ts'

describeAdapter({
  name: 'Slack',
  start: world => startSlackDriver(world, { acceptsUnsharedFiles: true }),
})

describeAdapter({
  name: 'Slack that shows only shared files',
  start: world => startSlackDriver(world, { acceptsUnsharedFiles: false }),
})
