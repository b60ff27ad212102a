import { describe, expect, test } from 'vitest'
import { presetOfFile } from '../../../src/engine/sampling/presets.ts'

describe('presets of few-step models', () => {
  test.each([
    ['sd_xl_turbo_1.0_fp16.safetensors', 'turbo'],
    ['sdxl_lightning_4step_unet.safetensors', 'lightning'],
    ['pytorch_lora_weights_lcm-sdxl', 'lcm'],
    ['Hyper-SDXL-4steps-lora.safetensors', 'hyper'],
    ['Hyper-SDXL-8steps-CFG-lora.safetensors', 'hyper-cfg'],
    ['Hyper-SDXL-12steps-CFG-lora.safetensors', 'hyper-cfg'],
    ['Hyper-SDXL-1step-lora.safetensors', 'hyper-unified'],
    ['dmd2_sdxl_4step_unet_fp16.safetensors', 'dmd2'],
    ['sd_xl_base_1.0.safetensors', undefined],
  ])('are recognised in %s', (file, name) => expect(presetOfFile(file)?.name).toBe(name))
})
