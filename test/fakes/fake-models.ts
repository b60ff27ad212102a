/** The parts of a model that is never opened. */
import type { ExpertParts, ExpertRecord } from '../../src/engine/models/record.ts'
import type { NetworkPart } from '../../src/engine/networks/plan/parts.ts'

const network: NetworkPart = {
  weights: { layout: 'folder', folder: '/nowhere' },
  config: {},
  configFile: '/nowhere/config.json',
  hash: 'network-hash',
}

export const fakeExpertParts: ExpertParts = {
  networks: { textEncoder2: network, unet: network, vae: network },
  tokenizer2: { from: 'folder', folder: '/nowhere', hash: 'tokenizer-hash' },
  schedule: { config: {}, configFile: '/nowhere/scheduler_config.json' },
  zerosForNoNegative: true,
}

export const fakeStorage: ExpertRecord['storage'] = {
  layout: 'folder',
  path: '/nowhere',
  bytes: 1,
  dtypes: ['F16'],
}
