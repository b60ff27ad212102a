/** English: one sentence for each fault. */
import type {
  DatabaseLoss,
  DeviceLack,
  ErrorCode,
  ErrorDetails,
  NotFinitePlace,
} from '../../errors/errors.ts'
import { shortSizeOf } from '../amounts.ts'
import { configRefusal } from './reasons/config.ts'
import { modelConfigRefusal, modelFileRefusal } from './reasons/model.ts'
import { pictureRefusal } from './reasons/picture.ts'
import {
  fetchReason,
  fileReason,
  redisReason,
  refusalReason,
  storageReason,
  storeReason,
  workerEnd,
} from './reasons/system.ts'

type ErrorWords = { [Code in ErrorCode]: (details: ErrorDetails[Code]) => string }

const deviceAdvice: Record<DeviceLack, (message: string) => string> = {
  libraries: message =>
    `its libraries cannot be loaded (${message}). A CUDA device needs CUDA 12, cuDNN 9 and ONNX Runtime’s own part: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node.`,
  version: message =>
    `its libraries are of another version than ONNX Runtime was built for (${message}). It needs CUDA 12, cuDNN 9 and its own part of the same version as the package onnxruntime-node.`,
  driver: message => `its driver does not suit CUDA 12 (${message}). Update the driver.`,
  device: message => `this machine shows no such device (${message}). Choose another under devices.`,
}

/** Without the file's path, because everybody reads these sentences. */
const lostDatabase: Record<DatabaseLoss, string> = {
  missing:
    'Easel’s database is gone from the disk, so nothing new is taken. Put it back and start Easel again.',
  replaced:
    'Easel’s database was replaced while Easel ran, so nothing new is taken. Put the right one there and start Easel again.',
  damaged:
    'Easel’s database is damaged, so nothing new is taken. Put a good copy back and start Easel again.',
}

const notFinite: Record<NotFinitePlace, string> = {
  prompt: 'The text encoders gave values that are no numbers.',
  source:
    'The VAE gave values that are no numbers for the source picture; some VAEs cannot run in half precision.',
  latents: 'The U-Net gave values that are no numbers, so there is no picture.',
  picture:
    'The VAE gave values that are no numbers, so the picture would be black; some VAEs cannot run in half precision, and another VAE may work.',
}

export const errors: ErrorWords = {
  'model-file': d => modelFileRefusal(d.file, d.problem),
  'model-config': d => modelConfigRefusal(d.file, d.key, d.problem),
  'model-changed': d =>
    `The files of “${d.name}”, or how Easel reads them, have changed since this picture was accepted. Please ask again.`,
  'model-unknown': d =>
    `There is no model named “${d.name}”. ${d.known.length === 0 ? 'The models folder is empty.' : `Known models: ${d.known.join(', ')}.`}`,
  'not-finite': d => `${notFinite[d.where]} Check the model’s files: one may be damaged.`,
  'weights-damaged': d =>
    `The cache file ${d.files.join(', ')} is damaged. It has been removed, and is made anew for the next picture; asking again may work.`,
  'picture-unusable': d => pictureRefusal(d.problem),
  file: d => `${d.file} cannot be ${d.doing === 'read' ? 'read' : 'written'}: ${fileReason(d.problem)}.`,
  config: d => configRefusal(d.file, d.key, d.problem),
  'out-of-memory': d => `${d.device} ran out of memory. A smaller size may work.`,
  'memory-too-small': d =>
    `This needs ${shortSizeOf(d.neededBytes)} of memory on ${d.device}, which may use ${shortSizeOf(d.budgetBytes)}. A smaller size or a smaller model may fit.`,
  'device-unusable': d => `${d.device} cannot be used: ${deviceAdvice[d.lack](d.message)}`,
  'cuda-libraries': d =>
    `${d.folder} lacks ${d.missing}. cudaLibraries must hold what onnxruntime-node installs for CUDA 12, beside NVIDIA’s own libraries.`,
  'device-failed': d => `${d.device} failed (${d.message}); asking again may work.`,
  'device-stalled': d =>
    `${d.device} has not answered for ${Math.round(d.silentMs / 1000)} s and is set aside.`,
  'worker-died': d => `The worker of ${d.device} died (${workerEnd(d.reason)}); asking again may work.`,
  'worker-killed': d =>
    `The worker of ${d.device} was ended from outside (${workerEnd(d.reason)}), perhaps for want of memory; asking again may work.`,
  'worker-unreachable': d =>
    `The machine of ${d.device} cannot be reached any more (${workerEnd(d.reason)}); asking again may work.`,
  'result-unfit': d =>
    `${d.device} returned ${d.found ?? 'a file that is no PNG'} where ${d.expected} was asked for; asking again may work.`,
  'took-worker-down': d =>
    `This picture took its worker down ${d.crashes} times, so it is not tried again. Other settings may work.`,
  'source-removed': () => 'The picture that this one starts from was deleted in the meantime.',
  'source-file-missing': () => 'The file of the picture that this one starts from is missing on the server.',
  'mask-empty': () =>
    'The mask has nothing to paint anew: make the part that may change white, at least half as bright as white.',
  'record-unreadable': () => 'What was stored of this request cannot be read. Please ask again.',
  'port-in-use': d =>
    `${d.host}:${d.port} is already in use. Stop the other program or choose another ${d.key}.`,
  'data-folder-owned': d =>
    `Another Easel (process ${d.pid}) is using ${d.folder}. Stop it or choose another dataDir.`,
  'native-module': d =>
    `${d.module} does not load into Node ${d.node}, because it was installed for another version. Run npm ci with this one.`,
  'data-folder-read-only': d => `Easel cannot write to ${d.folder}: ${fileReason(d.problem)}.`,
  'database-newer': d =>
    `${d.file} was written by a newer Easel (schema ${d.found}, this one knows ${d.known}). Update Easel, or use another dataDir.`,
  'pictures-unknown': d =>
    `${d.unknown} of ${d.files} files in ${d.folder} are unknown to the database: it is missing, empty or older than the pictures. Put the right database back, or move that folder away to start without them.`,
  'database-lost': d => lostDatabase[d.how],
  storage: d => `Easel cannot store anything right now: ${storageReason(d.problem)}.`,
  'platform-refused': d => `${d.platform} refused: ${refusalReason(d.problem)}.`,
  'platform-unreachable': d => `${d.platform} gives no answer; Easel tries again by itself.`,
  'platform-busy': d =>
    `${d.platform} asks to wait ${Math.ceil(d.retryAfterMs / 1000)} s; Easel goes on by itself.`,
  store: d => `The store on ${d.host} cannot be used: ${storeReason(d.problem)}.`,
  'model-fetch': d => `The model cannot be fetched: ${fetchReason(d.problem)}.`,
  redis: d => `Redis on ${d.host} cannot be used: ${redisReason(d.problem)}.`,
  internal: () => 'Something went wrong inside Easel. It has been logged.',
}
