/** Previews during sampling: a linear map from predicted clean latents to RGB, one pixel per latent. It runs no network. */
import type { Vae } from '../../networks/networks.ts'
import { TorchRandom } from '../denoising/torch-random.ts'
import { unscaleLatents } from './latents.ts'

/** rgb = weights · latent + bias, in -1..1; one row of three per latent channel. */
export interface PreviewMatrix {
  weights: readonly (readonly [number, number, number])[]
  bias: readonly [number, number, number]
}

/** For SDXL's VAE, applied to latents as sampled; figures from ComfyUI's latent_formats.py. */
export const sdxlPreviewMatrix: PreviewMatrix = {
  weights: [
    [0.3651, 0.4232, 0.4341],
    [-0.2533, -0.0042, 0.1068],
    [0.1076, 0.1111, -0.0362],
    [-0.3165, -0.2492, -0.2188],
  ],
  bias: [0.1084, -0.0175, -0.0011],
}

/** The side of the constant blocks in latents, and the number of blocks per side, for fitting. */
const blockLatent = 4
const blocksPerSide = 4

/**
 * Fits the matrix of any VAE by least squares: decodes blocks of constant random latents and regresses the
 * mean colour of each latent's pixels on its four values. Deterministic; one small decode.
 */
export async function fitPreviewMatrix(vae: Vae): Promise<PreviewMatrix> {
  const side = blockLatent * blocksPerSide
  const latents = blockLatents(side)
  const pixels = await vae.decode(unscaleLatents(vae.scaling, latents), 1, side, side)
  const rgb = averagePool(pixels, side, vae.factor)
  const solution = solve(normalEquations(latents, rgb, side * side), 5)
  const rowOf = (i: number): [number, number, number] => [
    solution[i]?.[0] ?? 0,
    solution[i]?.[1] ?? 0,
    solution[i]?.[2] ?? 0,
  ]
  return { weights: [rowOf(0), rowOf(1), rowOf(2), rowOf(3)], bias: rowOf(4) }
}

/** latents [4,count] and rgb [3,count] -> the normal equations of [latent, 1] · solution = rgb, [5, 8] in float64. */
function normalEquations(latents: Float32Array, rgb: Float32Array, count: number): number[][] {
  const equations = Array.from({ length: 5 }, () => new Array<number>(8).fill(0))
  for (let at = 0; at < count; at++) {
    const row = [...[0, 1, 2, 3].map(c => latents[c * count + at] ?? 0), 1]
    const target = [0, 1, 2].map(c => rgb[c * count + at] ?? 0)
    for (const [i, equation] of equations.entries()) {
      for (const [j, value] of [...row, ...target].entries()) {
        equation[j] = (equation[j] ?? 0) + (row[i] ?? 0) * value
      }
    }
  }
  return equations
}

/** SDXL's published matrix for SDXL's VAE, a fitted one for any other. */
export async function previewMatrixOf(vae: Vae): Promise<PreviewMatrix> {
  const isSdxl =
    vae.scaling.mean === undefined && Math.abs(vae.scaling.factor - 0.13025) < 1e-6 && vae.sampleSize === 1024
  return isSdxl ? sdxlPreviewMatrix : await fitPreviewMatrix(vae)
}

/** One picture's predicted clean latents, [4,h,w] as sampled -> RGB8, w × h. */
export function latentsToRgb(
  matrix: PreviewMatrix,
  clean: Float32Array,
  heightLatent: number,
  widthLatent: number,
): Uint8Array {
  const count = heightLatent * widthLatent
  const rgb = new Uint8Array(count * 3)
  for (let at = 0; at < count; at++) {
    for (let c = 0; c < 3; c++) {
      let value = matrix.bias[c] ?? 0
      for (const [k, weights] of matrix.weights.entries())
        value += (weights[c] ?? 0) * (clean[k * count + at] ?? 0)
      rgb[at * 3 + c] = Math.min(Math.max(Math.round((value / 2 + 0.5) * 255), 0), 255)
    }
  }
  return rgb
}

/** Random latents [4,side,side], constant within each block. */
function blockLatents(side: number): Float32Array {
  const values = new TorchRandom(0).randn(4 * blocksPerSide * blocksPerSide)
  const latents = new Float32Array(4 * side * side)
  for (let at = 0; at < latents.length; at++) {
    const channel = Math.trunc(at / (side * side))
    const y = Math.trunc((at % (side * side)) / side)
    const block = Math.trunc(y / blockLatent) * blocksPerSide + Math.trunc((at % side) / blockLatent)
    latents[at] = values[channel * blocksPerSide * blocksPerSide + block] ?? 0
  }
  return latents
}

/** [3,side·factor,side·factor] -> [3,side,side], the mean of each latent's pixels. */
function averagePool(pixels: Float32Array, side: number, factor: number): Float32Array {
  const means = new Float32Array(3 * side * side)
  const width = side * factor
  for (let at = 0; at < pixels.length; at++) {
    const row = Math.trunc(at / width)
    const channel = Math.trunc(row / width)
    const y = Math.trunc((row % width) / factor)
    const x = Math.trunc((at % width) / factor)
    const to = (channel * side + y) * side + x
    means[to] = (means[to] ?? 0) + (pixels[at] ?? 0) / (factor * factor)
  }
  return means
}

/** Gauss-Jordan elimination with pivoting on [n, n + 3]; the last three columns are the right-hand sides. */
function solve(matrix: number[][], n: number): number[][] {
  const cell = (row: number, column: number): number => matrix[row]?.[column] ?? 0
  for (let pivot = 0; pivot < n; pivot++) {
    const rows = Array.from({ length: n - pivot }, (_, k) => pivot + k)
    const best = rows.reduce((a, b) => (Math.abs(cell(b, pivot)) > Math.abs(cell(a, pivot)) ? b : a), pivot)
    const [top, swapped] = [matrix[pivot] ?? [], matrix[best] ?? []]
    matrix[pivot] = swapped.map(value => value / (swapped[pivot] || 1))
    if (best !== pivot) matrix[best] = top
    for (let row = 0; row < n; row++) {
      if (row === pivot) continue
      const factor = cell(row, pivot)
      matrix[row] = (matrix[row] ?? []).map((value, column) => value - factor * cell(pivot, column))
    }
  }
  return matrix.slice(0, n).map(row => row.slice(n))
}
