import { mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { linkCudaLibraries, runtimeFolder, withLibraryFolder } from '../../src/devices/cuda-libraries.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const parts = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']

function folders(names: readonly string[]) {
  const root = tempFolder()
  const [from, into] = [join(root, 'cuda'), join(root, 'runtime')]
  for (const folder of [from, into]) mkdirSync(folder)
  for (const name of names) writeFileSync(join(from, name), name)
  return { from, into }
}

test('the runtime’s own part is linked to where the runtime looks for it, once', () => {
  const { from, into } = folders(parts)
  linkCudaLibraries(from, into)
  linkCudaLibraries(from, into)
  for (const name of parts) expect(readlinkSync(join(into, name))).toBe(join(from, name))
})

test('another folder takes the place of the one before, whether that is still there or not', () => {
  const [old, next] = [folders(parts), folders(parts)]
  linkCudaLibraries(old.from, old.into)
  linkCudaLibraries(next.from, old.into)
  for (const name of parts) expect(readlinkSync(join(old.into, name))).toBe(join(next.from, name))
  rmSync(next.from, { recursive: true })
  linkCudaLibraries(old.from, old.into)
  for (const name of parts) expect(readlinkSync(join(old.into, name))).toBe(join(old.from, name))
  rmSync(old.from, { recursive: true })
  expect(() => linkCudaLibraries(old.from, old.into)).toThrow(
    expect.objectContaining({ code: 'cuda-libraries', details: { folder: old.from, missing: parts[0] } }),
  )
})

test('a folder may be named from where the program runs', () => {
  const { from, into } = folders(parts)
  linkCudaLibraries(relative(process.cwd(), from), into)
  for (const name of parts) expect(readlinkSync(join(into, name))).toBe(join(from, name))
})

test('installed libraries are not replaced', () => {
  const { from, into } = folders([])
  for (const name of parts) writeFileSync(join(into, name), 'installed')
  expect(() => linkCudaLibraries(from, into)).not.toThrow()
})

test('a folder without the part is refused by the name of the file', () => {
  const { from, into } = folders(parts.slice(0, 1))
  expect(() => linkCudaLibraries(from, into)).toThrow(
    expect.objectContaining({ code: 'cuda-libraries', details: { folder: from, missing: parts[1] } }),
  )
})

test.runIf(process.platform === 'linux')('the runtime of this machine lies where links are put', () => {
  expect(runtimeFolder()).toMatch(/onnxruntime-node.bin.napi-v6.linux/)
})

test('NVIDIA’s libraries are looked for in the folder first', () => {
  expect(withLibraryFolder({ PATH: '/bin' }, '/cuda')).toEqual({ PATH: '/bin', LD_LIBRARY_PATH: '/cuda' })
  expect(withLibraryFolder({ LD_LIBRARY_PATH: '/own' }, '/cuda')).toEqual({ LD_LIBRARY_PATH: '/cuda:/own' })
})
