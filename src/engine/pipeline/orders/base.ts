/** The Base's part of a paint order: from noise, from a picture, or by inpainting; with ControlNets and image prompts. */
import { decodeStoredPicture } from '../../image/decode.ts'
import { floatsFromPicture } from '../../image/picture.ts'
import { preprocess } from '../../image/preprocess/preprocess.ts'
import type { UNet } from '../../networks/networks.ts'
import type { Span } from '../../sampling/noise/span.ts'
import type { PaintOrder } from '../../work-order.ts'
import { evenScales, type ImagePrompt, joinTokens } from '../conditioning/image-prompt.ts'
import type { Control } from '../denoising/control.ts'
import type { DenoiseRun, LatentShape, RunHooks } from '../denoising/denoise.ts'
import { reusingDeepFeatures } from '../denoising/feature-reuse.ts'
import { imageToImage } from '../image-to-image.ts'
import { inpaint, latentMask } from '../inpaint.ts'
import { inpaintByChannels, inpaintingChannels, maskedPixels } from '../inpaint-by-channels.ts'
import type { CachedModel } from '../open/model-cache.ts'
import type { SamplerSetup } from '../run-setup.ts'
import { textToImage } from '../text-to-image.ts'
import type { Canvas } from './canvas.ts'
import { bytesOf, encode, hooksOf, type PaintContext } from './paint-context.ts'
import { setUpRun } from './set-up-run.ts'

/** The Base's task for one picture. */
export interface BasePart {
  readonly model: CachedModel
  readonly setup: SamplerSetup
  readonly seed: number
  readonly canvas: Canvas
  /** The range of model calls, and the number of steps. */
  readonly span: Span
  readonly steps: number
}

/** Runs the Base's part, and returns the latents at its end. */
export async function runBase(
  order: PaintOrder,
  part: BasePart,
  context: PaintContext,
): Promise<Float32Array> {
  const { model, setup, canvas, span, seed, steps } = part
  const common = await setUpRun(model, setup, { ...order, seed }, canvas, context)
  const { unet } = model.networks
  const imagePrompts = await imagePromptsOf(order, unet, context)
  const adapters = imagePrompts.map(({ adapter }) => adapter)
  await context.timed('load', () => unet.load(adapters, () => context.onLoading(order.model.name)))
  const run: DenoiseRun = {
    ...common,
    unet: order.fast ? reusingDeepFeatures(unet) : unet,
    span,
    controls: await controlsOf(order, canvas, unet, context),
    imagePrompts,
  }
  const hooks = hooksOf(model, run.shape, steps, context)
  const paint = await algorithmOf(run, part, order.source?.strength ?? 1, hooks, context)
  return context.timed('steps', paint)
}

/** Selects the algorithm for the canvas and the U-Net, and encodes the canvas's source. */
async function algorithmOf(
  run: DenoiseRun,
  { model, canvas }: BasePart,
  strength: number,
  hooks: RunHooks,
  context: PaintContext,
): Promise<() => Promise<Float32Array>> {
  const { vae, unet } = model.networks
  const { source, mask: painted } = canvas
  const pixels = source && floatsFromPicture(source)
  const mask = painted && latentMask(painted.painted, canvas.widthPx, run.shape)

  if (unet.inChannels === inpaintingChannels) {
    // An inpainting U-Net always takes a mask. Without a mask, everything is painted anew and the masked picture is grey.
    const visible = pixels && painted ? maskedPixels(pixels, painted.painted) : greyPixels(canvas)
    const maskedSource = {
      source: pixels && strength < 1 ? await encode(model, pixels, canvas, context) : undefined,
      masked: await encode(model, visible, canvas, context),
      mask: mask ?? fullMask(run.shape),
    }
    return () => inpaintByChannels(run, vae, maskedSource, hooks)
  }
  if (!pixels) return () => textToImage(run, hooks)
  const posterior = await encode(model, pixels, canvas, context)
  return () =>
    mask ? inpaint(run, vae, posterior, mask, strength, hooks) : imageToImage(run, vae, posterior, hooks)
}

function greyPixels({ widthPx, heightPx }: Canvas): Float32Array {
  return new Float32Array(3 * widthPx * heightPx)
}

function fullMask({ heightLatent, widthLatent }: LatentShape): Float32Array {
  return new Float32Array(heightLatent * widthLatent).fill(1)
}

/** ControlNets with their pictures at the canvas's size, in 0..1. */
async function controlsOf(
  { controls = [] }: PaintOrder,
  canvas: Canvas,
  unet: UNet,
  context: PaintContext,
): Promise<Control[]> {
  if (controls.length === 0) return []
  const references = controls.map(({ model }) => model)
  const nets = await context.controlNets(references, unet)
  const prepared: Control[] = []
  for (const [i, { pictureId, preprocessor, scale, start, end, guess }] of controls.entries()) {
    const net = nets[i]
    if (!net) continue
    const given = canvas.fitted(await decodeStoredPicture(bytesOf(pictureId, context)))
    const picture = floatsFromPicture(preprocess(preprocessor, given)).map(value => value / 2 + 0.5)
    prepared.push({ net, picture, scale, start, end, guess })
  }
  return prepared
}

async function imagePromptsOf(
  { imagePrompts = [] }: PaintOrder,
  unet: UNet,
  context: PaintContext,
): Promise<ImagePrompt[]> {
  const prompts: ImagePrompt[] = []
  for (const { model, pictureId, scale, joined } of imagePrompts) {
    const adapted = await context.imagePrompt(model, bytesOf(pictureId, context), unet)
    const before = joined ? prompts.pop() : undefined
    const tokens = before ? joinTokens(before, adapted) : adapted
    prompts.push({ ...adapted, ...tokens, scales: evenScales(unet, scale) })
  }
  return prompts
}
