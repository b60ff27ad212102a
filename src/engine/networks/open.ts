/** Owns opening a model: a diffusers folder of Base or Refiner becomes networks that run. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { Session, type SessionOptions } from '../onnx/session.ts'
import { readConfigFile } from '../weights/config-file.ts'
import { openDiffusersFolder } from '../weights/diffusers-layout.ts'
import { buildClip } from './clip.ts'
import { clipConfigSchema } from './clip-config.ts'
import type { Networks, TextEncoder } from './networks.ts'
import { OpenTextEncoder } from './open-text-encoder.ts'
import { OpenUNet } from './open-unet.ts'
import { OpenVae } from './open-vae.ts'
import { buildShallowUNet, deepFeaturesPath } from './shallow-unet.ts'
import { buildUNet } from './unet.ts'
import { type UNetConfig, unetConfigSchema } from './unet-config.ts'
import { buildVaeDecoder, buildVaeEncoder } from './vae.ts'
import { vaeConfigSchema } from './vae-config.ts'

/**
 * The networks of a model folder. Whether it is a Base or a Refiner follows from the folder: a Refiner has no first
 * text encoder.
 * @throws AppError 'model-file' or 'model-config' with one clear reason; nothing stays open then.
 */
export async function openNetworks(folder: string, options: SessionOptions = {}): Promise<Networks> {
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(network: T): T => {
    opened.push(network)
    return network
  }
  const close = async () => {
    for (const network of opened.splice(0)) await network.close()
  }
  try {
    await requireFolder(folder)
    const textEncoder2 = keep(await openTextEncoder(join(folder, 'text_encoder_2'), options))
    const hasFirst = await exists(join(folder, 'text_encoder'))
    const textEncoder = hasFirst
      ? keep(await openTextEncoder(join(folder, 'text_encoder'), options))
      : undefined
    const unet = keep(await openUNet(join(folder, 'unet'), { textEncoder, textEncoder2 }, options))
    const vae = keep(await openVae(join(folder, 'vae'), options))
    return { ...(textEncoder && { textEncoder }), textEncoder2, unet, vae, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openTextEncoder(folder: string, options: SessionOptions): Promise<OpenTextEncoder> {
  const config = await readConfigFile(join(folder, 'config.json'), clipConfigSchema)
  const model = buildClip(config, await openDiffusersFolder(folder))
  return new OpenTextEncoder(config, await Session.open('text encoder', model, options))
}

async function openUNet(
  folder: string,
  text: { textEncoder: TextEncoder | undefined; textEncoder2: TextEncoder },
  options: SessionOptions,
): Promise<OpenUNet> {
  const file = join(folder, 'config.json')
  const config = await readConfigFile(file, unetConfigSchema)
  const timeIdCount = checkTextWidths(file, config, text)
  const source = await openDiffusersFolder(folder)
  const model = buildUNet(config, source, timeIdCount, { expose: [deepFeaturesPath(config)] })
  const openShallow = () =>
    Session.open('shallow unet', buildShallowUNet(config, source, timeIdCount), options)
  return new OpenUNet(config, timeIdCount, await Session.open('unet', model, options), openShallow)
}

async function openVae(folder: string, options: SessionOptions): Promise<OpenVae> {
  const config = await readConfigFile(join(folder, 'config.json'), vaeConfigSchema)
  const source = await openDiffusersFolder(folder)
  // Both are built first, so that a bad file is found now. The encoder is opened when a picture is first encoded, which
  // few requests need.
  const decoder = buildVaeDecoder(config, source)
  const encoder = buildVaeEncoder(config, source)
  const openEncoder = () => Session.open('vae encoder', encoder, options)
  return new OpenVae(config, await Session.open('vae decoder', decoder, options), openEncoder)
}

/** The U-Net must have been made for these encoders. Returns how many time ids it takes. */
function checkTextWidths(
  file: string,
  config: UNetConfig,
  { textEncoder, textEncoder2 }: { textEncoder: TextEncoder | undefined; textEncoder2: TextEncoder },
): number {
  const contextWidth = (textEncoder?.hiddenSize ?? 0) + textEncoder2.hiddenSize
  if (config.contextWidth !== contextWidth) {
    const problem = `is ${config.contextWidth}, but the text encoders give ${contextWidth}`
    throw new AppError('model-config', { file, key: 'cross_attention_dim', problem })
  }
  const pooledWidth = textEncoder2.projectionSize ?? 0
  const timeIdCount = (config.addedWidth - pooledWidth) / config.timeIdWidth
  if (pooledWidth > 0 && (timeIdCount === 5 || timeIdCount === 6)) return timeIdCount
  throw new AppError('model-config', {
    file,
    key: 'projection_class_embeddings_input_dim',
    problem: `is ${config.addedWidth}, which is not the pooled text (${pooledWidth}) and 5 or 6 ids of ${config.timeIdWidth}`,
  })
}

async function requireFolder(folder: string): Promise<void> {
  if (!(await exists(folder)))
    throw new AppError('model-file', { file: folder, problem: 'it does not exist' })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
