/** Promises of the library as a whole: what `models` lists can be painted with, and hashes are read once. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeLock } from '../../src/engine/models/hashes/lock.ts'
import { readLibrary } from '../../src/startup/model-library.ts'
import { en, errorSentence } from '../../src/words/en.ts'
import { modelsFolder, oracleModels } from '../helpers/models/oracle-models.ts'
import { withChannels } from '../helpers/models/with-channels.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const oracle = oracleModels()
let tiny: string
beforeAll(async () => {
  tiny = await oracle.models()
})

interface Place {
  readonly modelsDir: string
  readonly dataDir: string
  readonly cache: string
}

function place(entries: Readonly<Record<string, string>>): Place {
  return { modelsDir: modelsFolder(entries), dataDir: join(tempFolder(), 'data'), cache: tempFolder() }
}

const read = ({ modelsDir, dataDir, cache }: Place) =>
  readLibrary({ modelsDir, dataDir, extraModelDirs: [], modelLinkTargets: [], models: {} }, undefined, {
    XDG_CACHE_HOME: cache,
  })

/** Writes a file of a model anew: it may be a hard link into the golden models. */
function edit(folder: string, path: string, change: (text: string) => string): void {
  const file = join(folder, path)
  const text = readFileSync(file, 'latin1')
  const edited = change(text)
  expect(edited).not.toBe(text)
  rmSync(file)
  writeFileSync(file, edited, 'latin1')
}

describe('A model whose parts do not fit is named at `models`, not at the first picture', () => {
  test.each([
    // The weights of neither channel count are there: the shape is what does not fit.
    ['unet/config.json', '"in_channels": 4', '"in_channels": 9', /conv_in\.weight/],
    ['unet/config.json', '"in_channels": 4', '"in_channels": 9e308', /in_channels is Infinity/],
    ['unet/config.json', '"in_channels": 4', '"in_channels": -4', /in_channels is -4; it must be at least 1/],
    [
      'unet/config.json',
      '"cross_attention_dim": 192',
      '"cross_attention_dim": 768',
      /the text encoders give 192/,
    ],
    ['vae/config.json', '"latent_channels": 4', '"latent_channels": 16', /quant_conv|conv_out|conv_in/],
    ['vae/config.json', '"sample_size": 128', '"sample_size": 1e308', /sample_size/],
    [
      'vae/config.json',
      '"scaling_factor": 0.13025',
      '"scaling_factor": 0',
      /scaling_factor is 0; it must be more than 0/,
    ],
    ['text_encoder/config.json', '"num_hidden_layers": 3', '"num_hidden_layers": 30', /layers\.3/],
    ['text_encoder/config.json', '"num_hidden_layers": 3', '"num_hidden_layers": 1e9', /must be at most 64/],
    [
      'unet/config.json',
      '"layers_per_block": 2',
      '"layers_per_block": 1e9',
      /1000000000; it must be at most 64/,
    ],
    ['tokenizer/vocab.json', '"!":', '"!": 1024, "other":', /a token with the id 1024.* knows 1024/],
  ])('%s with %s made %s', async (path, from, to, sentence) => {
    const where = place({ other: `${tiny}/tiny-base`, sound: `${tiny}/tiny-base` })
    edit(where.modelsDir, `other/${path}`, text => text.replace(from, to))
    const { models, unused } = await read(where)
    expect(models.map(({ name }) => name)).toEqual(['sound'])
    expect(unused.map(({ name, error }) => [name, errorSentence(en, error)])).toEqual([
      ['other', expect.stringMatching(sentence)],
    ])
  })

  test('a U-Net for latents of another width than the VAE’s', async () => {
    const where = place({ other: `${tiny}/tiny-base` })
    // Both made 8 in config and weights alike: sound in themselves, and at odds with the VAE.
    edit(where.modelsDir, 'other/unet/config.json', text =>
      text.replace('"out_channels": 4', '"out_channels": 8'),
    )
    edit(where.modelsDir, 'other/unet/diffusion_pytorch_model.safetensors', text =>
      withChannels(text, { conv_out: { outputs: 8 } }),
    )
    expect(sentences(await read(where))).toMatch(/out_channels is 8; with a VAE of 4 channels it must be 4/)
  })

  test('a Refiner with the inputs of an inpainting U-Net, and its Base goes without it', async () => {
    const where = place({ 'pair/base': `${tiny}/tiny-base`, 'pair/refiner': `${tiny}/tiny-refiner` })
    edit(where.modelsDir, 'pair/refiner/unet/config.json', text =>
      text.replace('"in_channels": 4', '"in_channels": 9'),
    )
    edit(where.modelsDir, 'pair/refiner/unet/diffusion_pytorch_model.safetensors', text =>
      withChannels(text, { conv_in: { inputs: 9 } }),
    )
    const library = await read(where)
    expect(library.models.map(({ name, refiner }) => [name, refiner])).toEqual([['pair', undefined]])
    expect(sentences(library)).toMatch(/in_channels is 9; with a VAE of 4 channels it must be 4\b(?! or)/)
  })

  test('latents of other channels than SDXL’s, though U-Net and VAE agree on them', async () => {
    const where = place({ other: `${tiny}/tiny-base` })
    edit(where.modelsDir, 'other/unet/config.json', text =>
      text
        .replace('"in_channels": 4', '"in_channels": 16')
        .replace('"out_channels": 4', '"out_channels": 16'),
    )
    edit(where.modelsDir, 'other/vae/config.json', text =>
      text.replace('"latent_channels": 4', '"latent_channels": 16'),
    )
    edit(where.modelsDir, 'other/unet/diffusion_pytorch_model.safetensors', text =>
      withChannels(text, { conv_in: { inputs: 16 }, conv_out: { outputs: 16 } }),
    )
    edit(where.modelsDir, 'other/vae/diffusion_pytorch_model.safetensors', text =>
      withChannels(text, {
        quant_conv: { inputs: 32, outputs: 32 },
        post_quant_conv: { inputs: 16, outputs: 16 },
        'decoder.conv_in': { inputs: 16 },
        'encoder.conv_out': { outputs: 32 },
      }),
    )
    const library = await read(where)
    expect(library.models).toEqual([])
    expect(sentences(library)).toMatch(/its latents have 16 channels; SDXL’s have 4/)
  })
})

function sentences({ unused }: Awaited<ReturnType<typeof read>>): string {
  return unused.map(({ error }) => errorSentence(en, error)).join('\n')
}

describe('Hashes', () => {
  test('are read once and kept, in the user’s cache folder where there is no data folder, and found there later', async () => {
    const where = place({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    const first = await read(where)
    const file = join(where.cache, 'easel/model-hashes.json')
    // What is kept is believed: a changed entry is what comes back, so nothing was read again.
    const kept = readFileSync(file, 'utf8')
    const hash = first.models[0]?.hash ?? ''
    writeFileSync(file, kept.replaceAll(hash, 'f'.repeat(64)))
    expect((await read(where)).models[0]?.hash).toBe('f'.repeat(64))
    expect(readdirSync(join(where.dataDir, '..'))).toEqual([])

    mkdirSync(where.dataDir)
    expect((await read(where)).models[0]?.hash).toBe('f'.repeat(64))
  })

  test('are kept beside the database where there is one', async () => {
    const where = place({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    mkdirSync(where.dataDir)
    await read(where)
    expect(readdirSync(where.dataDir)).toEqual(['model-hashes.json'])
    expect(readdirSync(where.cache)).toEqual([])
  })

  test('of a file that changed are read anew, even where its time was put back', async () => {
    const where = place({ model: `${tiny}/tiny-base` })
    const before = await read(where)
    const path = join(where.modelsDir, 'model/vae/diffusion_pytorch_model.safetensors')
    const then = new Date(1_700_000_000_000)
    edit(
      where.modelsDir,
      'model/vae/diffusion_pytorch_model.safetensors',
      text => `${text.slice(0, -1)}\u0001`,
    )
    utimesSync(path, then, then)
    const after = await read(where)
    expect(after.models[0]?.hash).not.toBe(before.models[0]?.hash)
  })

  test.each([
    ['foreign', '{"models":[1,2]}'],
    ['damaged', '{'],
    ['huge', `{"x":"${'y'.repeat(17 * 1024 * 1024)}"}`],
  ])('a %s cache is made anew', async (_, text) => {
    const where = place({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    mkdirSync(join(where.cache, 'easel'))
    writeFileSync(join(where.cache, 'easel/model-hashes.json'), text)
    expect((await read(where)).models).toHaveLength(1)
    expect(readFileSync(join(where.cache, 'easel/model-hashes.json'), 'utf8')).toContain('base.safetensors')
  })

  test('a cache that cannot be written breaks nothing', async () => {
    const where = place({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    writeFileSync(join(where.cache, 'easel'), 'a file where the folder should be')
    expect((await read(where)).models).toHaveLength(1)
  })

  test('a pipe in place of the cache is not opened', async () => {
    const where = place({ 'base.safetensors': `${tiny}/tiny-base.safetensors` })
    mkdirSync(join(where.cache, 'easel'))
    execFileSync('mkfifo', [join(where.cache, 'easel/model-hashes.json')])
    expect((await read(where)).models).toHaveLength(1)
  })
})

describe('models.lock', () => {
  /** Sound models of each kind, pinned to what they are. */
  async function pinned(): Promise<Place> {
    const where = place({
      'base.safetensors': `${tiny}/tiny-base.safetensors`,
      'pair/base': `${tiny}/tiny-base`,
      'pair/refiner': `${tiny}/tiny-refiner`,
      'vae/own': `${tiny}/tiny-base/vae`,
    })
    await writeLock(await read(where), where.modelsDir)
    return where
  }
  const named = async (where: Place) => {
    const { models, files, unused } = await read(where)
    return {
      models: models.map(({ name, refiner }) => (refiner ? `${name}+refiner` : name)),
      files: files.map(({ name }) => name),
      unused: unused.map(({ error }) => errorSentence(en, error)),
    }
  }
  const flip = (text: string) =>
    `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1)}`

  test('leaves alone what is as it says', async () => {
    expect(await named(await pinned())).toEqual({
      models: ['base', 'pair+refiner'],
      files: ['own'],
      unused: [],
    })
  })

  test.each([
    ['base.safetensors', { models: ['pair+refiner'], files: ['own'] }],
    ['pair/base/unet/diffusion_pytorch_model.safetensors', { models: ['base'], files: ['own'] }],
    ['pair/refiner/unet/diffusion_pytorch_model.safetensors', { models: ['base', 'pair'], files: ['own'] }],
    ['vae/own/diffusion_pytorch_model.safetensors', { models: ['base', 'pair+refiner'], files: [] }],
  ])('refuses what had one byte changed: %s', async (path, left) => {
    const where = await pinned()
    edit(where.modelsDir, path, flip)
    expect(await named(where)).toEqual({
      ...left,
      unused: [expect.stringMatching(/models\.lock pins it to [0-9a-f]{10}…, but it is [0-9a-f]{10}…/)],
    })
  })

  test('takes a new model, and names one that is gone', async () => {
    const where = await pinned()
    rmSync(join(where.modelsDir, 'vae'), { recursive: true })
    modelsFolder({ 'new.safetensors': `${tiny}/tiny-base.safetensors` }, where.modelsDir)
    expect(await named(where)).toMatchObject({
      models: ['base', 'new', 'pair+refiner'],
      unused: [expect.stringContaining('it pins “vae/own”, which is not there')],
    })
  })

  test.each(['{', '[]', '{"base":"abc"}'])('that cannot be read stops everything: %s', async text => {
    const where = await pinned()
    writeFileSync(join(where.modelsDir, 'models.lock'), text)
    await expect(read(where)).rejects.toThrow(/model-(file|config).*models\.lock/)
  })
})
