/** torch's CPU generator: a seed gives the noise that the reference implementation draws, value by value. */

/** mt19937's state size and shift; Matsumoto and Nishimura 1998, table II. */
const stateSize = 624
const shift = 397

/** From this size on torch fills tensors in groups of 16. Smaller tensors are drawn value by value. */
const groupSize = 16

/**
 * Standard normal numbers as `torch.randn(n, generator=torch.Generator('cpu').manual_seed(seed))` gives them,
 * to about 2e-6 (the logarithms and cosines of two maths libraries). Stateful: draws continue where the last one
 * ended, so the order and sizes of draws are part of the result.
 */
export class TorchRandom {
  readonly #twister: MersenneTwister
  /** The second value of the last pair drawn one by one. As in torch, a large draw in between does not discard it. */
  #spare: number | undefined

  /** Only the low 32 bits of the seed count, as in torch. */
  constructor(seed: number | bigint) {
    this.#twister = new MersenneTwister(Number(BigInt.asUintN(32, BigInt(seed))))
  }

  randn(count: number): Float32Array {
    return count < groupSize ? this.#oneByOne(count) : this.#fill(count)
  }

  /** Box-Muller over groups of 16: eight radii from the first half, eight angles from the second, in float32. */
  #fill(count: number): Float32Array {
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) values[i] = this.#uniform24()
    for (let start = 0; start + groupSize <= count; start += groupSize) toNormals(values, start)
    if (count % groupSize !== 0) {
      // An incomplete last group is replaced by 16 new values at the end, which overwrite finished ones.
      const start = count - groupSize
      for (let i = start; i < count; i++) values[i] = this.#uniform24()
      toNormals(values, start)
    }
    return values
  }

  /** Box-Muller in double precision, two values a pair. */
  #oneByOne(count: number): Float32Array {
    const values = new Float32Array(count)
    for (let i = 0; i < count; i++) {
      if (this.#spare !== undefined) {
        values[i] = this.#spare
        this.#spare = undefined
        continue
      }
      const angle = 2 * Math.PI * this.#uniform53()
      const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()))
      values[i] = radius * Math.cos(angle)
      this.#spare = radius * Math.sin(angle)
    }
    return values
  }

  #uniform24(): number {
    return (this.#twister.next() & 0xffffff) * 2 ** -24
  }

  /** The low 53 bits of two draws, the high word first. */
  #uniform53(): number {
    const high = this.#twister.next() & 0x1fffff
    return (high * 2 ** 32 + this.#twister.next()) * 2 ** -53
  }
}

/** In place, 16 uniform values from `start` on become 16 normal ones; each operation rounded to float32 as torch does. */
function toNormals(values: Float32Array, start: number): void {
  const f = Math.fround
  const half = groupSize / 2
  for (let j = start; j < start + half; j++) {
    const radius = f(Math.sqrt(f(-2 * f(Math.log(1 - (values[j] ?? 0))))))
    const angle = f(f(2 * Math.PI) * (values[j + half] ?? 0))
    values[j] = radius * f(Math.cos(angle))
    values[j + half] = radius * f(Math.sin(angle))
  }
}

/** mt19937: 32-bit words with period 2^19937 - 1. */
class MersenneTwister {
  readonly #state = new Uint32Array(stateSize)
  #next = stateSize

  constructor(seed: number) {
    const state = this.#state
    state[0] = seed
    for (let i = 1; i < stateSize; i++) {
      const previous = state[i - 1] ?? 0
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
  }

  /** The next word, 0 to 2^32 - 1. */
  next(): number {
    if (this.#next === stateSize) this.#twist()
    let word = this.#state[this.#next++] ?? 0
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < stateSize; i++) {
      const upper = (state[i] ?? 0) & 0x80000000
      const mixed = upper | ((state[(i + 1) % stateSize] ?? 0) & 0x7fffffff)
      const twisted = (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
      state[i] = (state[(i + shift) % stateSize] ?? 0) ^ twisted
    }
    this.#next = 0
  }
}
