/** The machine's own time, for tests whose other side waits in real time. */
export { systemClock as realClock } from '../../src/system/system-ports.ts'
