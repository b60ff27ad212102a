/** A machine of its own process with simulated devices: it can be killed as a machine can. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface MachineSettings {
  url: string
  name: string
  devices: number
  stepMs: number
  /** How many times as fast its limits pass. */
  hurry: number
}

const program = fileURLToPath(new URL('../../fixtures/machine.ts', import.meta.url))

export function startMachineProcess(settings: MachineSettings): ChildProcess {
  const args = ['--import', 'tsx', program, JSON.stringify(settings)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}
