/** Reads the ranks and alphas that diffusers writes beside a LoRA's tensors: `lora_adapter_metadata`, JSON in the metadata. */
import { z } from 'zod'
import type { LoraNetwork, ModulePlace } from './module-index.ts'

/** By the module's path, or by the end of that path. */
const pattern = z.record(z.string(), z.number()).catch({})

const component = z.object({
  lora_alpha: z.number(),
  alpha_pattern: pattern.default({}),
  /** Whether alpha is divided by the square root of the rank (rsLoRA; Kalajdzievski 2023). */
  use_rslora: z.boolean().catch(false),
})

const components: Readonly<Record<LoraNetwork, string>> = {
  unet: 'unet',
  textEncoder: 'text_encoder',
  textEncoder2: 'text_encoder_2',
}

export interface AdapterScale {
  readonly alpha: number
  readonly byRoot: boolean
}

/** A module's scale from the metadata; undefined if there is none or if it cannot be read. */
export function adapterScales(
  metadata: Readonly<Record<string, string>>,
): (place: ModulePlace) => AdapterScale | undefined {
  const all = jsonOf(metadata.lora_adapter_metadata)
  return ({ network, path }) => {
    const prefix = `${components[network]}.`
    const own = Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value])
    const { data } = component.safeParse(Object.fromEntries(own))
    if (!data) return undefined
    const [, alpha] = Object.entries(data.alpha_pattern).find(([end]) => `.${path}`.endsWith(`.${end}`)) ?? []
    return { alpha: alpha ?? data.lora_alpha, byRoot: data.use_rslora }
  }
}

function jsonOf(text = '{}'): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(text))
  } catch {
    return {}
  }
}
