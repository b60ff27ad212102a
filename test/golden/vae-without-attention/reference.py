"""A small random VAE whose mid blocks have no attention and whose config states a shift of the latents, with what it computes.
Run: python3 reference.py   with diffusers 0.42.1, torch 2.13 on a CPU.
"""
import os

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.manual_seed(2041)

vae = AutoencoderKL(block_out_channels=(4, 8), down_block_types=('DownEncoderBlock2D',) * 2, up_block_types=('UpDecoderBlock2D',) * 2,
                    layers_per_block=1, norm_num_groups=2, latent_channels=4, mid_block_add_attention=False, shift_factor=0.0609).half()
vae.save_pretrained(HERE)
vae.float()
pixels, latents = torch.randn(1, 3, 10, 14), torch.randn(1, 4, 5, 7)
with torch.no_grad():
    moments, decoded = vae.encode(pixels).latent_dist.parameters, vae.decode(latents).sample
save_file(dict(pixels=pixels, moments=moments, latents=latents, decoded=decoded), f'{HERE}/numbers.safetensors')
