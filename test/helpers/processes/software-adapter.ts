/**
 * A Vulkan adapter in software, SwiftShader, as Debian's chromium brings it: WebGPU for tests on machines without a GPU.
 * Its subgroups have four lanes and it has no float16.
 */
import { existsSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = '/usr/lib/chromium'

/** The environment of a process that sees it; undefined where it is not installed. */
export function softwareAdapter(): Record<string, string> | undefined {
  const [driver, loader] = [join(folder, 'vk_swiftshader_icd.json'), join(folder, 'libvulkan.so.1')]
  if (!existsSync(driver) || !existsSync(loader)) return undefined
  // The loader alone: chromium's folder has other libraries by the names of the system's.
  const libraries = mkdtempSync(join(tmpdir(), 'easel-vulkan-'))
  symlinkSync(loader, join(libraries, 'libvulkan.so.1'))
  return {
    PATH: process.env.PATH ?? '',
    LD_LIBRARY_PATH: libraries,
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    XDG_RUNTIME_DIR: libraries,
  }
}
