"""Pictures and what transformers' CLIPImageProcessor hands to an image encoder, before it is normalised.
Run: python3 reference.py   with transformers 5.24 and Pillow 12 (13 has its two passes in another order for tall pictures), without torchvision.
"""
import os

import numpy
from PIL import Image
from transformers import CLIPImageProcessor

HERE = os.path.dirname(os.path.abspath(__file__))
# Wide, tall, almost square with fractions of a pixel on both ways, one that is enlarged, and one with an odd margin.
SIZES = [(101, 64), (57, 131), (77, 75), (19, 23), (67, 64)]
SIDES = [32, 64]

random = numpy.random.RandomState(5)
for width, height in SIZES:
    noise = (255 * random.rand(height // 4, width // 4, 3)).astype('uint8')
    picture = Image.fromarray(noise).resize((width, height), Image.BICUBIC)
    picture.save(f'{HERE}/{width}x{height}.png')
    for side in SIDES:
        process = CLIPImageProcessor(size=side, crop_size=side, do_rescale=False, do_normalize=False)
        (values,) = process(picture, return_tensors='np').pixel_values
        Image.fromarray(values.transpose(1, 2, 0).astype('uint8')).save(f'{HERE}/{width}x{height}@{side}.png')
