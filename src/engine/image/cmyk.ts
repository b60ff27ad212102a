/** CMYK pictures without a colour profile: how they are recognised, and the plain conversion of their pixels to RGB. */
import type { Metadata } from 'sharp'

/** Where an ICC profile names the colour space of its device values. (ICC.1:2022, 7.2) */
const deviceSpace = { from: 16, to: 20 }

/** A profile for another colour space says nothing of CMYK values. */
export function isCmykWithoutProfile({ space, icc }: Metadata): boolean {
  return space === 'cmyk' && icc?.toString('latin1', deviceSpace.from, deviceSpace.to) !== 'CMYK'
}

/**
 * R = (1 - C)·(1 - K), and G and B alike, as browsers and the reference have it: they assume no printing press. The rounding is
 * Pillow's: the product of ink and paper is rounded, not the result.
 * cmyk: four bytes per pixel, 255 is all ink.
 */
export function rgbFromCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3)
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - (cmyk[from + 3] ?? 0)
    rgb[to] = light - over255((cmyk[from] ?? 0) * light)
    rgb[to + 1] = light - over255((cmyk[from + 1] ?? 0) * light)
    rgb[to + 2] = light - over255((cmyk[from + 2] ?? 0) * light)
  }
  return rgb
}

/** product / 255, rounded: exact for products of two bytes. */
function over255(product: number): number {
  const shifted = product + 128
  return (shifted + (shifted >> 8)) >> 8
}
