"""Several pictures for one IP-Adapter, by diffusers 0.42.1: README.md says what it does.
Run: python3 reference_image_prompts.py MODELS ADAPTERS   with the expanded models of test/golden/oracle, and the ip-adapter/ that oracle-2
expands to; transformers 5.24, torch 2.13 on a CPU.
"""
import json
import os
import sys

import numpy
import torch
from diffusers import StableDiffusionXLPipeline
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

MODELS, ADAPTERS = sys.argv[1:3]
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'image-prompts')
ENCODER = os.path.join(HERE, '..', '..', 'oracle-2', 'ip-adapter', 'image_encoder')
torch.set_num_threads(1)
drawn = torch.randn
torch.randn = lambda *shape, dtype=torch.float32, **more: drawn(*shape, **more).to(dtype)

SEED = 2041
ARGS = {'prompt': 'a small wooden boat', 'negative_prompt': 'blurry', 'num_inference_steps': 3, 'guidance_scale': 5.0, 'height': 64, 'width': 72}
CASES = {  # of each adapter: file, scale, pictures
    'two_pictures': [('ip-adapter', 0.7, ['a', 'b'])],
    'two_pictures_beside_plus': [('ip-adapter-plus', 0.5, ['b', 'c']), ('ip-adapter', 0.4, ['a'])],
}


def pictures():
    for i, name in enumerate('abc'):
        values = numpy.random.RandomState(i).rand(5, 6, 3)
        Image.fromarray((255 * values).astype('uint8')).resize((36, 30), Image.BICUBIC).save(f'{HERE}/e2e/{name}.png')


def weights(file, dtype):
    parts = {'image_proj': {}, 'ip_adapter': {}}
    for key, values in load_file(f'{ADAPTERS}/{file}.safetensors').items():
        part, name = key.split('.', 1)
        parts[part][name] = values.to(dtype)
    return parts


def paint(adapters, dtype):
    encoder = CLIPVisionModelWithProjection.from_pretrained(ENCODER, torch_dtype=dtype)
    side = encoder.config.image_size
    pipe = StableDiffusionXLPipeline.from_pretrained(f'{MODELS}/tiny-base', torch_dtype=dtype, image_encoder=encoder,
                                                     feature_extractor=CLIPImageProcessor(size=side, crop_size=side))
    pipe.set_progress_bar_config(disable=True)
    pipe.load_ip_adapter([weights(file, dtype) for file, _, _ in adapters], subfolder=[''] * len(adapters), weight_name=['-'] * len(adapters))
    pipe.set_ip_adapter_scale([scale for _, scale, _ in adapters])
    pipe.unet.to(dtype)
    timesteps = []

    def each(_, __, timestep, tensors):
        timesteps.append(float(timestep))
        return tensors

    shown = [[Image.open(f'{HERE}/e2e/{name}.png') for name in names] for _, _, names in adapters]
    latents = pipe(**ARGS, ip_adapter_image=shown, generator=torch.Generator().manual_seed(SEED), output_type='latent', callback_on_step_end=each).images
    return latents, timesteps


os.makedirs(f'{HERE}/e2e', exist_ok=True)
pictures()
cases = {}
for name, adapters in CASES.items():
    (latents, timesteps), (precise, _) = paint(adapters, torch.float32), paint(adapters, torch.float64)
    save_file({'final_latents': latents.contiguous()}, f'{HERE}/e2e/{name}.safetensors')
    cases[name] = dict(args=ARGS, adapters=[dict(file=file, scale=scale, pictures=names) for file, scale, names in adapters], seed=SEED,
                       timesteps=timesteps, draws_in_order=[[1, 4, 8, 9]], allow_latents=10 * float((latents - precise).abs().max()))
json.dump(dict(cases=cases), open(f'{HERE}/e2e/cases.json', 'w'), indent=1)
