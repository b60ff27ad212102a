"""CMYK JPEGs without a profile, and what diffusers' load_image makes of them: Pillow's plain conversion to RGB.
Run: python3 reference.py   with Pillow 13. The pixels are random numbers: no other work is in them.
"""
import os

import numpy
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 37, 29
APP14 = b'\xff\xee'

random = numpy.random.RandomState(7)
cmyk = Image.fromarray(random.randint(0, 256, (HEIGHT, WIDTH, 4)).astype('uint8'), 'CMYK')
turned = Image.Exif()
turned[0x0112] = 6
cmyk.save(f'{HERE}/upright.jpg', quality=90)
cmyk.save(f'{HERE}/turned.jpg', quality=90, exif=turned)
cmyk.save(f'{HERE}/progressive.jpg', quality=90, progressive=True)
# Without Adobe's marker, whose files have the inks inverted. All readers take them as inverted.
with open(f'{HERE}/upright.jpg', 'rb') as file:
    data = file.read()
start = data.index(APP14)
length = int.from_bytes(data[start + 2 : start + 4], 'big')
with open(f'{HERE}/unmarked.jpg', 'wb') as file:
    file.write(data[:start] + data[start + 2 + length :])

for name in ('upright', 'turned', 'progressive', 'unmarked'):
    ImageOps.exif_transpose(Image.open(f'{HERE}/{name}.jpg')).convert('RGB').save(f'{HERE}/{name}.png')
