import sharp from 'sharp'
import { expect, test } from 'vitest'
import { writePngMetadata } from '../../../../src/engine/image/files/png-file.ts'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'

/** As Draw Things writes it: a text like A1111's, and JSON beside it. */
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">a cat
-a dog
Steps: 20, Sampler: DPM++ 2M Karras, Guidance Scale: 7.5, Seed: 4074197461, Size: 512x768, Model: sdxl.ckpt</rdf:li></rdf:Alt></dc:description>
<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{"c":"a cat","uc":"a dog","steps":20,"sampler":"DPM++ 2M Karras",
"scale":7.5,"seed":4074197461,"size":"512x768","model":"sdxl.ckpt","strength":1,"lora":[{"model":"pixel.ckpt","weight":0.6}]}</rdf:li></rdf:Alt></exif:UserComment>
</rdf:Description></rdf:RDF></x:xmpmeta>`

test('Draw Things’ JSON, not its text, in which the negative prompt is a line of the prompt', async () => {
  const plain = { create: { width: 8, height: 8, channels: 3, background: '#c03020' } } as const
  const provenance = readProvenance(writePngMetadata(await sharp(plain).png().toBuffer(), { xmp }))
  expect(provenance).toMatchObject({
    program: 'Draw Things',
    parameters: {
      prompt: 'a cat',
      negative: 'a dog',
      seed: 4074197461n,
      steps: 20,
      guidance: 7.5,
      sampler: 'DPM++ 2M Karras',
      widthPx: 512,
      heightPx: 768,
      model: 'sdxl.ckpt',
    },
  })
  expect(Object.fromEntries(provenance?.parameters?.extra ?? [])).toEqual({
    'Lora weights': 'pixel.ckpt: 0.6',
  })
})
