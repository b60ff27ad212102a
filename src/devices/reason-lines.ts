/** The lines on the choice of devices: the reason, and the fault of a better device that does not start. */
import { errorSentence, type Words } from '../words/en.ts'
import type { DeviceReason } from './choose-devices.ts'

export function reasonLines(words: Words, reason: DeviceReason): string[] {
  const faults = [
    ...('cuda' in reason && reason.cuda.lack === 'libraries' ? [reason.cuda.error] : []),
    ...('webgpu' in reason && reason.webgpu.lack === 'unusable' ? [reason.webgpu.error] : []),
  ]
  return [words.cli.deviceReason(reason), ...faults.map(error => errorSentence(words, error))]
}
