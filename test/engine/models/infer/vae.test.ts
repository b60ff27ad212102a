import { expect, test } from 'vitest'
import { inferVaeConfig } from '../../../../src/engine/models/infer/vae.ts'
import { sourceInFile } from '../../../../src/engine/weights/layouts/single-file.ts'

function configOf(shapes: readonly (readonly [string, readonly number[]])[]) {
  const tensors = shapes.map(
    ([name, shape]) =>
      [name, { name, dtype: 'F16', shape, file: '', offset: 0, length: 0 } as const] as const,
  )
  return inferVaeConfig(sourceInFile('x', new Map(tensors), 'diffusers'))
}

test('a decoder without its encoder has the configuration of the whole VAE: what it lacks is then named', () => {
  const blocks = (half: string, widths: readonly number[], layers: number) =>
    widths.flatMap((width, level) =>
      Array.from(
        { length: layers },
        (_, layer) => [`${half}.${level}.resnets.${layer}.conv1.weight`, [width, width, 3, 3]] as const,
      ),
    )
  const encoder = [
    ['encoder.conv_in.weight', [32, 3, 3, 3]],
    ...blocks('encoder.down_blocks', [32, 64], 2),
  ] as const
  const decoder = [
    ['decoder.conv_in.weight', [64, 4, 3, 3]],
    ['decoder.conv_out.weight', [3, 32, 3, 3]],
    ...blocks('decoder.up_blocks', [64, 32], 3),
  ] as const
  const whole = configOf([...encoder, ...decoder])
  expect(whole).toMatchObject({ block_out_channels: [32, 64], layers_per_block: 2, latent_channels: 4 })
  expect(configOf(decoder)).toEqual(whole)
})
