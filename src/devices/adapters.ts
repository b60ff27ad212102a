/** The graphics adapters in hardware that WebGPU can choose from, as Linux knows them: by their render nodes. */
import { readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'

const nodesFolder = '/dev/dri'
const devicesFolder = '/sys/class/drm'

/** A driver in software has no render node. On other systems than Linux a hardware adapter is assumed. */
export function hasAdapter(): boolean {
  return process.platform !== 'linux' || renderNodes(nodesFolder).length > 0
}

/**
 * The PCI addresses of all adapters, `0000:01:00.0`. Empty where they are not known: on other systems, or where the environment
 * names the Vulkan drivers to use, which may be in software.
 */
export function adapterAddresses(
  env: Readonly<Record<string, string | undefined>>,
  folders = { nodes: nodesFolder, devices: devicesFolder },
): readonly string[] {
  if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES) return []
  try {
    return renderNodes(folders.nodes).map(node =>
      basename(realpathSync(join(folders.devices, node, 'device'))),
    )
  } catch {
    return []
  }
}

function renderNodes(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.startsWith('renderD'))
  } catch {
    return []
  }
}
