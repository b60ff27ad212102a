import { createThreadHost } from '../../../src/engine/host/thread-host.ts'
import { describeWorkerHost } from '../../conformance/worker-host.suite.ts'

describeWorkerHost({ name: 'thread', create: createThreadHost, killable: false })
