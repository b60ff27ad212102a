"""LoRA files as diffusers 0.42.1 writes them with PEFT, and what the reference's merge makes of them: README.md has the list.
Run: python3 reference_lora.py MODELS   with the expanded models of test/golden/oracle; PEFT 0.21, transformers 5.24, torch 2.13 on a CPU.
"""
import json
import os
import sys

import torch
import transformers.integrations.peft
from diffusers import StableDiffusionXLPipeline
from diffusers.training_utils import _collate_lora_metadata
from peft import LoraConfig, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file

MODELS, HERE = sys.argv[1], os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lora')
torch.set_num_threads(1)
# It asks for a later PEFT than there was.
transformers.integrations.peft.check_peft_version = lambda **_: None
COMPONENTS = {'unet': 'unet', 'text_encoder': 'te1', 'text_encoder_2': 'te2'}

ATTENTION = 'up_blocks.1.attentions.2.transformer_blocks.1'
TEXT = 'encoder.layers.1'
# Convolutions with as many outputs as inputs, with more, and a 1x1 one; a layer with a bias, and one without.
CONVOLUTIONS = ['down_blocks.0.resnets.1.conv1', 'down_blocks.1.resnets.0.conv1', 'down_blocks.1.resnets.0.conv_shortcut']
FILES = {  # name: adapter of each component, with its metadata or without
    'peft-dora-convolutions': ({'unet': dict(target_modules=[*CONVOLUTIONS, f'{ATTENTION}.attn2.to_q'], use_dora=True)}, False),
    'peft-bias': ({'unet': dict(target_modules=[*CONVOLUTIONS[1:], f'{ATTENTION}.ff.net.2'], lora_bias=True)}, False),
    'peft-bias-alpha': ({'unet': dict(target_modules=[CONVOLUTIONS[0]], lora_bias=True, lora_alpha=3)}, True),
    'old-text-encoders': ({part: dict(target_modules=[f'{TEXT}.self_attn.q_proj', f'{TEXT}.self_attn.out_proj', f'{TEXT}.mlp.fc1'])
                           for part in ('text_encoder', 'text_encoder_2')}, False),
}
PAINTED = {  # case: its files
    'peft-dora-convolutions': ['peft-dora-convolutions'],
    'dora-after-another': ['peft-bias', 'peft-dora-convolutions'],
}
SEED = 2040
E2E = {'prompt': 'two red apples and a green pear', 'num_inference_steps': 3, 'guidance_scale': 5.0, 'height': 64, 'width': 72}


def pipeline(dtype=torch.float32):
    pipe = StableDiffusionXLPipeline.from_pretrained(f'{MODELS}/tiny-base', torch_dtype=dtype)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def write(name, adapters, has_metadata, generator):
    """Few bits per value, so that float16 holds it."""
    pipe, layers = pipeline(), {}
    for part, config in adapters.items():
        model = getattr(pipe, part)
        model.add_adapter(LoraConfig(**{'r': 2, 'lora_alpha': 2, 'init_lora_weights': False, **config}))
        for path, parameter in model.named_parameters():
            if 'lora_' not in path:
                continue
            drawn = torch.randn(parameter.shape, generator=generator)
            parameter.data = parameter * (1 + 0.3 * drawn).abs() if 'magnitude' in path else 0.2 * drawn
        layers[part] = {path: values.to(torch.float16) for path, values in get_peft_model_state_dict(model).items()}
    metadata = _collate_lora_metadata({part: getattr(pipe, part) for part in adapters}) if has_metadata else {}
    saved = {f'{part}_lora_layers': values for part, values in layers.items()}
    StableDiffusionXLPipeline.save_lora_weights(HERE, weight_name=f'{name}.safetensors', **saved, **metadata)


def old_names(name):
    """The names of text encoders before PEFT; diffusers still reads them."""
    path, renamed = f'{HERE}/{name}.safetensors', {}
    for key, values in load_file(path).items():
        for part in ('q', 'out'):
            key = key.replace(f'.{part}_proj.lora_A.', f'.to_{part}_lora.down.').replace(f'.{part}_proj.lora_B.', f'.to_{part}_lora.up.')
        renamed[key.replace('.lora_A.', '.lora_linear_layer.down.').replace('.lora_B.', '.lora_linear_layer.up.')] = values
    save_file(renamed, path)


def weights(pipe):
    found = {}
    for part, short in COMPONENTS.items():
        for name, values in getattr(pipe, part).state_dict().items():
            name = name.replace('.base_layer.', '.')
            # transformers 5 leaves out the first part in memory, but not in its files.
            own = name if part == 'unet' or name.startswith(('text_model.', 'text_projection')) else f'text_model.{name}'
            if '.lora_' not in name:
                found[f'{short}:{own}'] = values.double()
    return found


def deltas(name, base):
    """New weights less own ones, in float64, by PEFT's merge."""
    pipe = pipeline(torch.float64)
    load(pipe, name)
    merge(pipe)
    merged = weights(pipe)
    changed = {key: (values - base[key]).flatten() for key, values in merged.items() if not torch.equal(values, base[key])}
    return {key: dict(sum=float(d.sum()), abs_sum=float(d.abs().sum()), first8=d[:8].tolist()) for key, d in changed.items()}


def merge(pipe):
    for part in COMPONENTS:
        for module in getattr(pipe, part).modules():
            if isinstance(module, LoraLayer):
                module.merge()


def load(pipe, *names):
    for name in names:
        pipe.load_lora_weights(f'{HERE}/{name}.safetensors', adapter_name=name)
    pipe.set_adapters(list(names), [1.0] * len(names))


def paint(names, dtype):
    pipe = pipeline(dtype)
    load(pipe, *names)
    if len(names) > 1:
        # Unmerged, DoRA also scales the bias of the adapter before it; merged, it does not.
        merge(pipe)
    timesteps = []

    def each(_, __, timestep, tensors):
        timesteps.append(float(timestep))
        return tensors

    latents = pipe(**E2E, generator=torch.Generator().manual_seed(SEED), output_type='latent', callback_on_step_end=each).images
    return latents, timesteps


def main():
    os.makedirs(f'{HERE}/e2e', exist_ok=True)
    generator, base, files, cases = torch.Generator().manual_seed(SEED), weights(pipeline(torch.float64)), {}, {}
    drawn = torch.randn
    torch.randn = lambda *shape, dtype=torch.float32, **more: drawn(*shape, **more).to(dtype)
    for name, (adapters, has_metadata) in FILES.items():
        write(name, adapters, has_metadata, generator)
        if name.startswith('old'):
            old_names(name)
        files[name] = dict(effective_weight_minus_weight_at_1=deltas(name, base))
    for case, names in PAINTED.items():
        (latents, timesteps), (precise, _) = paint(names, torch.float32), paint(names, torch.float64)
        save_file({'final_latents': latents.contiguous()}, f'{HERE}/e2e/{case}.safetensors')
        cases[case] = dict(args=E2E, loras=[[name, 1.0] for name in names], seed=SEED, timesteps=timesteps, draws_in_order=[[1, 4, 8, 9]],
                           allow_latents=10 * float((latents - precise).abs().max()))
    json.dump(dict(files=files, namings={}, refuse={}), open(f'{HERE}/lora.json', 'w'), indent=1)
    json.dump(dict(cases=cases), open(f'{HERE}/e2e/cases.json', 'w'), indent=1)


main()
