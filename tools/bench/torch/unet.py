"""SDXL's U-Net in torch, for comparison: loads DIR, calls it guided at SIDE px, prints the figures as JSON.

    python3 unet.py DIR SIDE ROUNDS [DEVICE DTYPE]

The device is torch's (cpu, cuda:0), the type float32 or float16; without them it is float32 on the CPU.

Written from the papers and the names of the weights, as src/engine/modules/ is; the operators are torch's own.
"""

import json
import math
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from safetensors import safe_open

folder, side_px, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
device = sys.argv[4] if len(sys.argv) > 4 else "cpu"
dtype = getattr(torch, sys.argv[5]) if len(sys.argv) > 5 else torch.float32
torch.set_default_device(device)
with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)

start = time.perf_counter()
w = {}
with safe_open(os.path.join(folder, "diffusion_pytorch_model.safetensors"), "pt") as file:
    for name in file.keys():
        w[name] = file.get_tensor(name).to(device, dtype)
load_ms = 1000 * (time.perf_counter() - start)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


load_peak = peak_bytes()


def linear(name, x):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def conv(name, x, stride=1):
    weight = w[name + ".weight"]
    return F.conv2d(x, weight, w[name + ".bias"], stride, weight.shape[-1] // 2)


def group_norm(name, x, eps):
    return F.group_norm(x, config["norm_num_groups"], w[name + ".weight"], w[name + ".bias"], eps)


def layer_norm(name, x):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"])


def sinusoids(values, width):
    half = width // 2
    angles = values[:, None] * torch.exp(-math.log(10000) * torch.arange(half) / half)
    return torch.cat([angles.cos(), angles.sin()], -1).to(dtype)


def embedding(name, x):
    return linear(name + ".linear_2", F.silu(linear(name + ".linear_1", x)))


def resnet(name, x, time_embedding):
    h = conv(name + ".conv1", F.silu(group_norm(name + ".norm1", x, 1e-5)))
    h = h + linear(name + ".time_emb_proj", F.silu(time_embedding))[:, :, None, None]
    h = conv(name + ".conv2", F.silu(group_norm(name + ".norm2", h, 1e-5)))
    return (conv(name + ".conv_shortcut", x) if name + ".conv_shortcut.weight" in w else x) + h


def attention(name, x, context):
    batch, tokens, width = x.shape
    heads = width // 64
    q, k, v = (
        linear(f"{name}.to_{part}", source).view(batch, -1, heads, 64).transpose(1, 2)
        for part, source in (("q", x), ("k", context), ("v", context))
    )
    seen = F.scaled_dot_product_attention(q, k, v)
    return linear(name + ".to_out.0", seen.transpose(1, 2).reshape(batch, tokens, width))


def transformer(name, x, context):
    batch, channels, height, width = x.shape
    h = group_norm(name + ".norm", x, 1e-6).permute(0, 2, 3, 1).reshape(batch, -1, channels)
    h = linear(name + ".proj_in", h)
    i = 0
    while f"{name}.transformer_blocks.{i}.norm1.weight" in w:
        block = f"{name}.transformer_blocks.{i}"
        normal = layer_norm(block + ".norm1", h)
        h = h + attention(block + ".attn1", normal, normal)
        h = h + attention(block + ".attn2", layer_norm(block + ".norm2", h), context)
        value, gate = linear(block + ".ff.net.0.proj", layer_norm(block + ".norm3", h)).chunk(2, -1)
        h = h + linear(block + ".ff.net.2", value * F.gelu(gate))
        i += 1
    h = linear(name + ".proj_out", h).reshape(batch, height, width, channels).permute(0, 3, 1, 2)
    return h + x


def block(name, i, x, time_embedding, context):
    h = resnet(f"{name}.resnets.{i}", x, time_embedding)
    attended = f"{name}.attentions.{i}"
    return transformer(attended, h, context) if attended + ".norm.weight" in w else h


def unet(sample, timestep, context, pooled, time_ids):
    channels = config["block_out_channels"]
    layers = config["layers_per_block"]
    ids = sinusoids(time_ids.flatten(), config["addition_time_embed_dim"]).reshape(len(time_ids), -1)
    t = embedding("time_embedding", sinusoids(timestep, channels[0]))
    t = t + embedding("add_embedding", torch.cat([pooled, ids], -1))
    h = conv("conv_in", sample)
    skips = [h]
    for level in range(len(channels)):
        for i in range(layers):
            h = block(f"down_blocks.{level}", i, h, t, context)
            skips.append(h)
        if level + 1 < len(channels):
            h = conv(f"down_blocks.{level}.downsamplers.0.conv", h, 2)
            skips.append(h)
    h = resnet("mid_block.resnets.0", h, t)
    h = transformer("mid_block.attentions.0", h, context)
    h = resnet("mid_block.resnets.1", h, t)
    for level in range(len(channels)):
        for i in range(layers + 1):
            h = block(f"up_blocks.{level}", i, torch.cat([h, skips.pop()], 1), t, context)
        if level + 1 < len(channels):
            h = F.interpolate(h, scale_factor=2.0, mode="nearest")
            h = conv(f"up_blocks.{level}.upsamplers.0.conv", h)
    return conv("conv_out", F.silu(group_norm("conv_norm_out", h, 1e-5)))


def waves(*shape):
    return torch.arange(math.prod(shape), dtype=torch.float32).sin().reshape(shape).to(dtype)


batch, side = 2, side_px // 8
pooled_width = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
call_ms, processor_ms = [], []
with torch.inference_mode():
    for i in range(rounds + 1):
        processor, start = time.process_time(), time.perf_counter()
        result = unet(
            waves(batch, 4, side, side),
            torch.full((batch,), 500.0),
            waves(batch, 77, config["cross_attention_dim"]),
            waves(batch, pooled_width),
            torch.full((batch, 6), float(side_px)),
        )
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        if i > 0 or rounds == 0:
            call_ms.append(1000 * (time.perf_counter() - start))
            processor_ms.append(1000 * (time.process_time() - processor))
print(result.flatten()[:3], file=sys.stderr)
print(
    json.dumps(
        {
            "loadMs": load_ms,
            "loadPeakBytes": load_peak,
            "callMs": call_ms,
            "processorMs": processor_ms,
            "peakBytes": peak_bytes(),
        }
    )
)
