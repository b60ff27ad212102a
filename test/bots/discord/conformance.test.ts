import { describeAdapter } from '../../conformance/adapter.suite.ts'
import { startDiscordDriver } from './driver.ts'

describeAdapter({ name: 'Discord', start: startDiscordDriver })
