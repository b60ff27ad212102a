/** Damages a cache file of weights in its place: the size and the header stay. */
import { closeSync, openSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { checksumBytes, noteOf } from '../../../src/engine/weights/cached/soundness.ts'
import { fingerprintOf } from '../../../src/engine/weights/fingerprint.ts'

/** Its last values become NaN, and one of its times another: a change within a tick of the file system's clock shows too. */
export function spoilWeights(file: string, lastBytes = 8): void {
  const handle = openSync(file, 'r+')
  writeSync(
    handle,
    Buffer.alloc(lastBytes, 0xff),
    0,
    lastBytes,
    statSync(file).size - checksumBytes - lastBytes,
  )
  closeSync(handle)
  utimesSync(file, 1, 1)
}

/** The same without a trace in what the system knows of the file, as bits change on a disk. */
export async function spoilWeightsUnseen(file: string, lastBytes?: number): Promise<void> {
  spoilWeights(file, lastBytes)
  writeFileSync(noteOf(file), (await fingerprintOf(file)).fingerprint)
}
