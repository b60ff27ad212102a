"""Adapters in folders as PEFT 0.21 saves them, with an adapter_config.json, and what its merge makes of them: README.md has the list.
Run: python3 reference_peft.py MODELS   with the expanded models of test/golden/oracle; diffusers 0.42.1, torch 2.13 on a CPU.
It adds to what reference_lora.py wrote.
"""
import json
import os
import sys

import torch
from diffusers import UNet2DConditionModel
from peft import LoHaConfig, LoKrConfig, LoraConfig, get_peft_model
from transformers import CLIPTextModel, CLIPTextModelWithProjection

MODELS, HERE = sys.argv[1], os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lora')
torch.set_num_threads(1)

UP = 'up_blocks.0.attentions.1.transformer_blocks.0'
DOWN = 'down_blocks.1.attentions.0.transformer_blocks.0'
LAYERS = [f'{block}.{layer}' for block in (UP, DOWN) for layer in ('attn1.to_q', 'attn2.to_k')]
CONVOLUTION = 'down_blocks.0.resnets.0.conv1'
PATTERNS = dict(rank_pattern={'to_k': 3, f'^{UP}.attn1.to_q': 1}, alpha_pattern={r'up_blocks\.0.*to_q': 5, f'^{DOWN}.attn2.to_k': 9})
ADAPTERS = {
    'folder-lora': LoraConfig(r=2, lora_alpha=7, target_modules=LAYERS, init_lora_weights=False, **PATTERNS),
    'folder-rslora': LoraConfig(r=4, lora_alpha=3, target_modules=[*LAYERS[:2], CONVOLUTION], init_lora_weights=False, use_rslora=True),
    'folder-loha': LoHaConfig(r=2, alpha=5, target_modules=[*LAYERS[:2], CONVOLUTION], init_weights=False, **PATTERNS),
    'folder-lokr': LoKrConfig(r=2, alpha=5, target_modules=[*LAYERS, CONVOLUTION], init_weights=False, **PATTERNS),
    'folder-lokr-whole': LoKrConfig(r=64, alpha=16, target_modules=LAYERS[:2], init_weights=False),
    'folder-text-1': LoraConfig(r=2, lora_alpha=5, target_modules=['q_proj', 'fc1'], init_lora_weights=False, alpha_pattern={'layers.0.mlp.fc1': 3}),
    'folder-text-2': LoraConfig(r=2, lora_alpha=5, target_modules='.*layers.1.*fc2', init_lora_weights=False),
}
# Of each adapter: the class of its network, its folder, and its name in lora.json.
UNET = (UNet2DConditionModel, 'unet', 'unet')
NETWORKS = {'folder-text-1': (CLIPTextModel, 'text_encoder', 'te1'), 'folder-text-2': (CLIPTextModelWithProjection, 'text_encoder_2', 'te2')}


def network(name):
    cls, folder, _ = NETWORKS.get(name, UNET)
    return cls.from_pretrained(f'{MODELS}/tiny-base', subfolder=folder)


def stored(name, key):
    """transformers 5 omits the first part of the first encoder's names."""
    text = '' if name not in NETWORKS or key.startswith('text_') else 'text_model.'
    return f'{NETWORKS.get(name, UNET)[2]}:{text}{key}'


def write(name, config, generator):
    """Few bits per value, so that float16 holds it."""
    model = get_peft_model(network(name), config)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = (0.2 * torch.randn(parameter.shape, generator=generator)).to(torch.float16)
    folder = f'{HERE}/{name}'
    model.save_pretrained(folder)
    os.remove(f'{folder}/README.md')
    path = f'{folder}/adapter_config.json'
    with open(path) as file:
        stated = json.load(file)
    stated['base_model_name_or_path'] = None
    with open(path, 'w') as file:
        json.dump(stated, file, indent=1)
    return model.double().merge_and_unload().state_dict()


def main():
    generator = torch.Generator().manual_seed(2041)
    with open(f'{HERE}/lora.json') as file:
        described = json.load(file)
    for name, config in ADAPTERS.items():
        own, merged = network(name).double().state_dict(), write(name, config, generator)
        deltas = {stored(name, key): (merged[key] - own[key]).flatten() for key in own if not torch.equal(merged[key], own[key])}
        sums = {key: dict(sum=float(d.sum()), abs_sum=float(d.abs().sum()), first8=d[:8].tolist()) for key, d in deltas.items()}
        described['files'][name] = dict(effective_weight_minus_weight_at_1=sums)
    with open(f'{HERE}/lora.json', 'w') as file:
        json.dump(described, file, indent=1)


main()
