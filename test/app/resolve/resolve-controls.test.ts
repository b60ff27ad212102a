import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { GivenPicture, ImagineRequest } from '../../../src/app/requests.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { type PaintOrder, workOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { fakeExpertParts, fakeStorage } from '../../fakes/fake-models.ts'
import { admitted } from '../../helpers/admitted.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'

const shape = { cross_attention_dim: 2048, block_out_channels: [320, 640, 1280], layers_per_block: 2 }
const { networks } = fakeExpertParts
const model: ModelRecord = {
  ...demoModel,
  parts: { ...fakeExpertParts, networks: { ...networks, unet: { ...networks.unet, config: shape } } },
}
const onnxUNet = {
  ...networks.unet,
  config: shape,
  weights: { layout: 'onnx' as const, graphs: ['/nowhere'] as [string] },
}
const exported: ModelRecord = {
  ...model,
  name: 'exported',
  parts: { ...model.parts, networks: { ...networks, unet: onnxUNet } },
}

function controlNet(name: string, config: object = shape): FileRecord {
  const controlNet = { ...networks.unet, config: { ...config } }
  return {
    kind: 'controlnet',
    name,
    family: 'SDXL',
    hash: `${name}-hash`,
    storage: fakeStorage,
    controlNet,
  }
}

function ipAdapter(name: string, contextWidth = 2048): FileRecord {
  const { weights } = networks.unet
  const ipAdapter = { weights, encoder: networks.unet, contextWidth }
  return { kind: 'ip-adapter', name, family: 'SDXL', hash: `${name}-hash`, storage: fakeStorage, ipAdapter }
}

const files = [
  controlNet('controlnet-canny-sdxl'),
  controlNet('controlnet-tile-sdxl'),
  controlNet('controlnet-depth-sdxl'),
  controlNet('small-depth', { ...shape, block_out_channels: [320, 640] }),
  ipAdapter('ip-adapter_sdxl'),
  ipAdapter('ip-adapter_sd15', 768),
]
const picture = { id: 'picture', widthPx: 128, heightPx: 128 }

function resolved(request: Partial<ImagineRequest>, changes: Partial<ResolveContext> = {}) {
  const config = loadConfig(packageRoot, packageRoot)
  const context = { catalogue: { models: [model, exported], files }, config, settings: {}, seed: 1 }
  return resolve({ prompt: 'a cat', ...request }, { ...context, ...changes })
}

function orderOf(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>): PaintOrder {
  const outcome = resolved(request, changes)
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.problems))
  workOrder.parse(outcome.order)
  return outcome.order
}

function said(request: Partial<ImagineRequest>, changes?: Partial<ResolveContext>): string[] {
  const outcome = resolved(request, changes)
  const problems = outcome.kind === 'refused' ? outcome.problems : outcome.notices
  for (const one of problems) expect(problemSentence(zhCn, one)).toMatch(/。$/)
  return problems.map(one => problemSentence(en, one))
}

describe('a ControlNet', () => {
  const looking = admitted({ 'control 0': picture, 'control 1': picture })

  test('is found by a word of its name, and what it is named after is made of its picture', () => {
    expect(orderOf({ controls: [{ name: 'canny' }] }, looking).controls).toEqual([
      {
        model: { name: 'controlnet-canny-sdxl', hash: 'controlnet-canny-sdxl-hash' },
        pictureId: 'picture',
        preprocessor: 'canny',
        scale: 0.8,
        start: 0,
        end: 1,
        guess: false,
      },
    ])
  })

  test('without a preprocessor uses its picture as a control map', () => {
    const name = 'controlnet-depth-sdxl'
    expect(orderOf({ controls: [{ name }] }, looking).controls).toMatchObject([{ preprocessor: 'none' }])
  })

  test('is used as it was asked for, beside others', () => {
    const controls: ImagineRequest['controls'] = [
      { name: 'tile', preprocessor: 'none', scale: 1.2, range: [0.1, 0.6], guess: true },
      { name: 'canny', preprocessor: 'blur' },
    ]
    expect(orderOf({ controls }, looking).controls).toMatchObject([
      { preprocessor: 'none', scale: 1.2, start: 0.1, end: 0.6, guess: true },
      { preprocessor: 'blur', guess: false },
    ])
  })

  test.each<[string, Partial<ImagineRequest>, ResolveContext['pictures'], string]>([
    [
      'whose name is unknown',
      { controls: [{ name: 'canyn' }] },
      looking.pictures,
      'There is no ControlNet “canyn”. Known: controlnet-canny-sdxl, controlnet-tile-sdxl, controlnet-depth-sdxl, small-depth.',
    ],
    [
      'whose name says nothing of one alone',
      { controls: [{ name: 'sdxl' }] },
      looking.pictures,
      'There is no ControlNet “sdxl”. Known: controlnet-canny-sdxl, controlnet-tile-sdxl, controlnet-depth-sdxl, small-depth.',
    ],
    [
      'for models of another shape',
      { controls: [{ name: 'small-depth' }] },
      looking.pictures,
      'The ControlNet small-depth was not made for models like demo.',
    ],
    [
      'for a U-Net that is an exported graph',
      { model: 'exported', controls: [{ name: 'canny' }] },
      looking.pictures,
      'The ControlNet controlnet-canny-sdxl was not made for models like exported.',
    ],
    [
      'that has nothing to look at',
      { controls: [{ name: 'canny' }] },
      undefined,
      'The ControlNet controlnet-canny-sdxl needs a picture to follow.',
    ],
    [
      'with a scale out of range',
      { controls: [{ name: 'canny', scale: 3 }] },
      looking.pictures,
      'control is 3, but must be from 0 to 2.',
    ],
  ])('%s is refused with one sentence', (_, request, pictures, sentence) => {
    expect(said(request, { pictures })).toEqual([sentence])
  })

  test('must be named where only a picture comes along', () => {
    const controlPictures: GivenPicture[] = [{ kind: 'stored', pictureId: 'picture' }]
    expect(said({ controlPictures })).toEqual([
      'Name the ControlNet that is to follow the picture. Known: controlnet-canny-sdxl, controlnet-tile-sdxl, controlnet-depth-sdxl, small-depth.',
    ])
  })

  test('takes one picture; another is not passed over in silence', () => {
    const picture: GivenPicture = { kind: 'stored', pictureId: 'picture' }
    const request = { controls: [{ name: 'canny' }], controlPictures: [picture, picture] }
    expect(said(request, looking)).toEqual(['2 pictures came for --control, which takes 1.'])
  })

  test('makes features of earlier steps useless, which is said', () => {
    const request = { fast: true, controls: [{ name: 'canny' }] }
    expect(orderOf(request, looking).fast).toBe(false)
    expect(said(request, looking)).toEqual([
      '--fast does not go with ControlNets and image prompts: it is left out.',
    ])
  })
})

describe('a picture as a prompt', () => {
  const looking = admitted({ 'prompt 0': picture, 'prompt 1': picture })
  const promptPictures: GivenPicture[] = [{ kind: 'stored', pictureId: 'picture' }]

  test('needs no name where it comes along: the first IP-Adapter that fits the model takes it', () => {
    const catalogue = { models: [model], files: files.toReversed() }
    expect(orderOf({ promptPictures }, { ...looking, catalogue }).imagePrompts).toEqual([
      {
        model: { name: 'ip-adapter_sdxl', hash: 'ip-adapter_sdxl-hash' },
        pictureId: 'picture',
        scale: 0.6,
      },
    ])
  })

  test('shares one attention with the picture before it if adapter and scale are the same', () => {
    const imagePrompts = [{}, { scale: 0.6 }, { scale: 0.4 }]
    const three = admitted({ 'prompt 0': picture, 'prompt 1': picture, 'prompt 2': picture })
    const order = orderOf({ imagePrompts, promptPictures: [0, 1, 2].flatMap(() => promptPictures) }, three)
    expect(order.imagePrompts?.map(({ scale, joined }) => [scale, joined])).toEqual([
      [0.6, undefined],
      [0.6, true],
      [0.4, undefined],
    ])
  })

  test.each<[string, Partial<ImagineRequest>, Partial<ResolveContext>, string]>([
    [
      'without an IP-Adapter',
      { promptPictures },
      { ...looking, catalogue: { models: [model], files: [] } },
      'A picture as a prompt needs an IP-Adapter with its image encoder, and there is none in the models folder.',
    ],
    [
      'by an unknown IP-Adapter',
      { imagePrompts: [{ name: 'ip-adaptr_sdxl' }] },
      looking,
      'There is no IP-Adapter “ip-adaptr_sdxl”. Known: ip-adapter_sdxl, ip-adapter_sd15.',
    ],
    [
      'by an IP-Adapter for another context',
      { imagePrompts: [{ name: 'sd15' }] },
      looking,
      'The IP-Adapter ip-adapter_sd15 was not made for models like demo.',
    ],
    ['that is not there', { imagePrompts: [{ scale: 0.3 }] }, {}, 'An image prompt needs a picture.'],
  ])('%s is refused with one sentence', (_, request, changes, sentence) => {
    expect(said(request, changes)).toEqual([sentence])
  })
})

test('ControlNets and image prompts come back from their order', () => {
  const request: Partial<ImagineRequest> = {
    source: { kind: 'stored', pictureId: 'picture' },
    controls: [{ name: 'canny', scale: 0.5, range: [0, 0.5], guess: true }, { name: 'tile' }],
    imagePrompts: [{ name: 'ip-adapter_sdxl', scale: 0.4, pictureId: 'picture' }],
  }
  const pictures = admitted({
    source: picture,
    'control 0': picture,
    'control 1': picture,
    'prompt 0': picture,
  })
  const order = orderOf(request, pictures)
  const again = requestOf({ order })
  expect(again && orderOf(again, pictures)).toEqual(order)
})
