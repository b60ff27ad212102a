/** Pairs every IP-Adapter with the image encoder that it was trained with, by the width of its input. */
import { AppError, toAppError } from '../../errors/errors.ts'
import { type ClipVisionConfig, clipVisionConfigSchema } from '../networks/configs/clip-vision-config.ts'
import { type IpAdapterConfig, ipAdapterConfigOf } from '../networks/configs/ip-adapter-config.ts'
import { parseConfig } from '../weights/config-file.ts'
import { openWeights } from '../weights/layouts/location.ts'
import { ipAdapterInFile } from './control-files.ts'
import type { FileRecord } from './file-record.ts'
import { hashTexts } from './hashes/file-hashes.ts'
import type { Unused } from './scan.ts'

/** All files, with encoders for the IP-Adapters. IP-Adapters without a matching encoder go to `unused`. */
export async function pairImageEncoders(
  files: readonly FileRecord[],
  unused: Unused[],
): Promise<FileRecord[]> {
  const encoders = files.flatMap(({ imageEncoder: part }) => (part ? [part] : []))
  const paired: FileRecord[] = []
  for (const file of files) {
    if (file.kind !== 'ip-adapter') {
      paired.push(file)
      continue
    }
    const weights = ipAdapterInFile(file.storage.path)
    try {
      const config = ipAdapterConfigOf(await openWeights(weights))
      const encoder = encoders.find(part => {
        const vision = parseConfig(part.configFile, part.config, clipVisionConfigSchema)
        return widthSeen(vision, config) === config.inputWidth
      })
      if (!encoder) throw noEncoder(file.storage.path, config.inputWidth)
      paired.push({
        ...file,
        hash: hashTexts(file.hash, encoder.hash),
        ipAdapter: { weights, encoder, contextWidth: config.contextWidth },
      })
    } catch (error) {
      unused.push({ name: file.name, error: toAppError(error) })
    }
  }
  return paired
}

/** The width of the encoder output that such an adapter uses. */
function widthSeen({ projectionSize, hiddenSize }: ClipVisionConfig, { sees }: IpAdapterConfig): number {
  return sees === 'embeds' ? projectionSize : hiddenSize
}

function noEncoder(file: string, width: number): AppError {
  return new AppError('model-file', { file, problem: { what: 'no-image-encoder', width } })
}
