import { expect, test } from 'vitest'
import { recognise } from '../../../../src/engine/models/recognise/recognise.ts'
import { readSafetensorsHeader } from '../../../../src/engine/weights/safetensors.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.each([
  ['HiDream', ['double_stream_blocks.0.block.ff_i.gate.weight']],
  ['HiDream', ['model.diffusion_model.double_stream_blocks.0.block.ff_i.gate.weight']],
  ['Cosmos', ['net.blocks.block0.blocks.0.block.attn.to_q.0.weight']],
  ['Cosmos', ['net.blocks.0.mlp.layer1.weight', 'net.blocks.0.adaln_modulation_mlp.1.weight']],
  ['Kandinsky 5', ['visual_transformer_blocks.0.feed_forward.in_layer.weight']],
  [
    'Kandinsky 2',
    ['add_embedding.image_proj.weight', 'conv_in.weight', 'down_blocks.0.resnets.0.conv1.weight'],
  ],
])('a checkpoint for %s is named: %j', async (family, names) => {
  const file = `${tempFolder()}/model.safetensors`
  const tensor = { dtype: 'F32', shape: [1, 1], bytes: floats(1) }
  writeSafetensors(file, Object.fromEntries(names.map(name => [name, tensor])))
  expect(recognise(await readSafetensorsHeader(file))).toMatchObject({ kind: 'checkpoint', family })
})
