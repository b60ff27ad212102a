/** Judges of the demo model's pictures, as its recipe measures them: colours by nearest of a palette, finish by edges. */

/** RGB8 pixels, row by row. */
export interface Pixels {
  widthPx: number
  heightPx: number
  data: Uint8Array
}

type Rgb = readonly [number, number, number]

/** The twelve colours that the model knows; models/demo/RECIPE.md section 3. */
export const palette = {
  red: [220, 38, 38],
  orange: [249, 140, 22],
  yellow: [250, 215, 40],
  green: [38, 150, 60],
  blue: [38, 78, 216],
  purple: [128, 50, 170],
  pink: [250, 130, 185],
  brown: [125, 75, 38],
  white: [250, 250, 250],
  black: [20, 20, 22],
  gray: [128, 128, 130],
  cyan: [40, 205, 220],
} as const satisfies Record<string, Rgb>

export type Colour = keyof typeof palette
export const colours = Object.keys(palette).filter((name): name is Colour => name in palette)

/** Where an object of normal size surely shows its own colour, as offset from the centre and side in pixels (section 7). */
export const objects = {
  circle: [0, 0, 11],
  square: [0, 0, 11],
  triangle: [0, 0, 11],
  star: [0, 0, 11],
  heart: [0, 0, 11],
  diamond: [0, 0, 11],
  tree: [0, 0, 11],
  house: [0, 0, 11],
  fish: [0, 0, 11],
  cat: [0, 0, 11],
  smiley: [0, 0, 11],
  sun: [0, 0, 11],
  ring: [29, 0, 5],
  moon: [-26, 0, 5],
  flower: [0, -24, 7],
  boat: [0, 24, 7],
} as const satisfies Record<string, readonly [number, number, number]>

export type ObjectName = keyof typeof objects

/** The palette colour nearest to the median of the object's patch. */
export function objectColour(picture: Pixels, object: ObjectName): Colour {
  const [dx, dy, side] = objects[object]
  const left = Math.round(picture.widthPx / 2 + dx - side / 2)
  const top = Math.round(picture.heightPx / 2 + dy - side / 2)
  return nearestColour(medianOf(picture, [[left, top, side]]))
}

/** The palette colour nearest to the median of the four 10×10 patches that lie 4 px inside the corners. */
export function backgroundColour(picture: Pixels): Colour {
  const right = picture.widthPx - 14
  const bottom = picture.heightPx - 14
  return nearestColour(
    medianOf(picture, [
      [4, 4, 10],
      [right, 4, 10],
      [4, bottom, 10],
      [right, bottom, 10],
    ]),
  )
}

export function nearestColour(rgb: Rgb): Colour {
  const distance = (name: Colour) =>
    palette[name].reduce((sum, value, i) => sum + (value - (rgb[i] ?? 0)) ** 2, 0)
  return colours.reduce((best, name) => (distance(name) < distance(best) ? name : best), 'red')
}

/** Channel medians over square patches [left, top, side]. */
function medianOf(picture: Pixels, patches: readonly (readonly [number, number, number])[]): Rgb {
  const channels: [number[], number[], number[]] = [[], [], []]
  for (const [left, top, side] of patches) {
    for (let y = top; y < top + side; y++) {
      for (let x = left; x < left + side; x++) {
        const at = (y * picture.widthPx + x) * 3
        for (const [c, values] of channels.entries()) values.push(picture.data[at + c] ?? 0)
      }
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
  return [median(channels[0]), median(channels[1]), median(channels[2])]
}

/** Mean absolute luma difference to the right and lower neighbours together: more where there are outlines. */
export function edgeStrength(picture: Pixels): number {
  const { widthPx: w, heightPx: h } = picture
  let sum = 0
  for (let y = 0; y < h - 1; y++) {
    for (let x = 0; x < w - 1; x++) {
      const here = luma(picture, x, y)
      sum += Math.abs(luma(picture, x + 1, y) - here) + Math.abs(luma(picture, x, y + 1) - here)
    }
  }
  return sum / ((w - 1) * (h - 1))
}

/** Pixels that belong to an object, one flag each: those of its colour in the unrefined picture. */
export interface ObjectMask {
  /** At least 2 px inside. */
  readonly inside: readonly boolean[]
  /** Within 2 px of the border, on both sides. */
  readonly rim: readonly boolean[]
}

export function objectMask(flat: Pixels, colour: Colour): ObjectMask {
  const { widthPx: w, heightPx: h, data } = flat
  const own = Array.from({ length: w * h }, (_, i) => {
    const [r = 0, g = 0, b = 0] = data.subarray(3 * i, 3 * i + 3)
    return nearestColour([r, g, b]) === colour
  })
  const around = (i: number): boolean[] => {
    const [x, y] = [i % w, Math.trunc(i / w)]
    const reach = [-2, -1, 0, 1, 2]
    const places = reach.flatMap(dy => reach.map(dx => [x + dx, y + dy] as const))
    return places
      .filter(([x, y]) => x >= 0 && x < w && y >= 0 && y < h)
      .map(([x, y]) => own[y * w + x] ?? false)
  }
  const inside = own.map((is, i) => is && around(i).every(one => one))
  return { inside, rim: own.map((_, i) => !inside[i] && around(i).some(one => one)) }
}

/** Standard deviation of luma inside the object: more where it is shaded. */
export function shading(picture: Pixels, { inside }: ObjectMask): number {
  const values = lumaWhere(picture, inside)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
}

/** 10th percentile of luma around the border: lower where a dark outline is drawn. */
export function rimLuma(picture: Pixels, { rim }: ObjectMask): number {
  const values = lumaWhere(picture, rim).sort((a, b) => a - b)
  return values[Math.trunc(values.length / 10)] ?? Number.NaN
}

function lumaWhere(picture: Pixels, mask: readonly boolean[]): number[] {
  return mask.flatMap((is, i) =>
    is ? [luma(picture, i % picture.widthPx, Math.trunc(i / picture.widthPx))] : [],
  )
}

/** ITU-R BT.601. */
function luma(picture: Pixels, x: number, y: number): number {
  const at = (y * picture.widthPx + x) * 3
  const [r, g, b] = [picture.data[at] ?? 0, picture.data[at + 1] ?? 0, picture.data[at + 2] ?? 0]
  return 0.299 * r + 0.587 * g + 0.114 * b
}
