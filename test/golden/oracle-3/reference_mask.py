"""Writes mask.json: a mask of another size than its picture, as the reference's inpainting resizes it (diffusers 0.42.1)."""

import json

from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageDraw

mask = Image.new("L", (18, 12))
ImageDraw.Draw(mask).ellipse((3, 2, 12, 9), fill=255)
processor = VaeImageProcessor(
    vae_scale_factor=8, do_normalize=False, do_binarize=True, do_convert_grayscale=True
)
at_size = processor.preprocess(mask, height=64, width=96)[0, 0]


def rows(values):
    return ["".join("#" if value else "." for value in row) for row in values]


given = [[mask.getpixel((x, y)) for x in range(mask.width)] for y in range(mask.height)]
json.dump({"mask": rows(given), "at96x64": rows(at_size.tolist())}, open("mask.json", "w"), indent=1)
