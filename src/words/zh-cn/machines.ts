/** 简体中文：借出设备的其他机器。 */
import type { DeviceUse } from '../../app/views/views.ts'
import type { MissingModel } from '../../remote/gateway/remote-devices.ts'
import type { Reference } from '../../remote/presence/records.ts'
import { shortSizeOf } from '../amounts.ts'
import type { Words } from '../en.ts'
import { shortHash } from '../short-hash.ts'

const percent = (done: number, total: number) => Math.floor((100 * done) / Math.max(1, total))

const named = ({ name, hash }: Reference) => `${name} ${shortHash(hash)}`
const lacked = ({ found, ...model }: MissingModel) =>
  found === undefined ? named(model) : `${named(model)}（它的同名文件是 ${shortHash(found)}）`

const uses: Record<DeviceUse, string> = {
  free: '空闲',
  busy: '使用中',
  hung: '没有回应',
  quarantined: '出了故障，会再试',
  stopped: '已停用',
  paused: '已暂停',
  pausing: '画完手头的任务后暂停',
}

export const machines: Words['machines'] = {
  options: {
    redis: '传送任务的 Redis，同 redis.url',
    name: '这台机器的名字；不写时用主机名',
    devices: 'auto，或 cuda:0,cuda:1 这样的设备名',
    models: '模型文件夹，同 modelsDir',
    fetchModels: '从所加入的 Easel 取来这里没有的模型，同 fetchModels',
    drain: '让一台机器完成手头的任务后退出',
  },
  status: status => {
    switch (status.kind) {
      case 'alone':
        return '这个 Redis 上没有 Easel 回应，这台机器先等着。'
      case 'other-key':
        return '这个 Redis 上的 Easel 用的是另一把密钥：请给两边设置同一个 EASEL_WORKER_KEY。'
      case 'joined':
        return status.gateways === 1 ? '这台机器已加入。' : `这台机器已加入 ${status.gateways} 个 Easel。`
      case 'refused':
        return status.why === 'protocol'
          ? '那边 Easel 的版本与这台机器不能配合：请更新较旧的一方。'
          : '已有另一台机器叫这个名字：请用 --name 另取一个。'
      case 'drained':
        return '这台机器已完成任务，现在退出。'
    }
  },
  ready: (name, devices) => `${name} 借出 ${devices.join('、')}。`,
  draining: '这台机器不再接新任务，手头的任务完成后退出。再发一次信号则立即停止。',
  fetched: models => `这台机器已取到 ${models.join('、')}，现在带着它们重新加入。`,
  fetchFailed: (model, sentence) => (model === undefined ? sentence : `${model}：${sentence}`),
  devicesNeeded: '这台机器没有可借出的设备：配置里的 devices 是空的。请用 --devices 指定，例如 auto。',
  redisNeeded: '请说明 Redis 在哪里：用 --redis，或在配置里写 redis.url。',

  joined: (name, devices) => `${name} 已加入，带来 ${devices.join('、')}。`,
  fetching: ({ name, doneBytes, totalBytes }) =>
    `正在取 ${name}：${shortSizeOf(totalBytes)} 的 ${percent(doneBytes, totalBytes)}%`,
  redisUsable: host => `${host} 上的 Redis 现在可以用了。`,
  storeFailed: sentence => `${sentence}五分钟内图片经由 Redis 传送。`,
  storeUsable: host => `${host} 上的存储现在可以用了。`,
  left: name => `${name} 已离开。`,
  refused: (name, why) =>
    why === 'protocol'
      ? `${name} 得不到任务：它的版本与本程序不能配合。`
      : `另一台名为 ${name} 的机器得不到任务：每台机器要有自己的名字。`,
  otherKeys: count =>
    `这个 Redis 上有${count === 1 ? '一' : ` ${count} `}台机器用的是另一把密钥，得不到任务：请给所有机器设置同一个 EASEL_WORKER_KEY。`,
  lacks: (name, models) => `${name} 没有 ${models.map(lacked).join('、')}：需要它们的图会在别处画。`,

  about: (name, version, isDraining) => `${name}（Easel ${version}）${isDraining ? '，正在退出' : ''}`,
  device: (name, memoryBytes, use) =>
    [name, ...(memoryBytes === undefined ? [] : [shortSizeOf(memoryBytes)]), uses[use]].join('，'),
  deviceUp: (detail, memoryBytes) =>
    memoryBytes === undefined ? detail : `${detail}，可用 ${shortSizeOf(memoryBytes)}`,
  devicePaused: (name, detail) => `${detail}（${name} 已暂停）`,
  devicesPaused: names => `已暂停：${names.join('、')}；用 easel devices resume NAME 让设备继续画图`,
  models: models => (models.length === 0 ? '没有模型' : `模型：${models.map(named).join('、')}`),
  none: '没有其他机器回应。',
  unknown: (name, known) =>
    `没有名为 ${name} 的机器${known.length === 0 ? '，也没有机器回应' : `；已有的机器：${known.join('、')}`}。`,

  changes: {
    pause: '不再给一台设备新任务，手头的任务会完成',
    resume: '让一台已暂停的设备继续画图',
    drain: '暂停一台设备，并等到它不在画图',
  },
  deviceUnknown: (name, known) =>
    `没有名为 ${name} 的设备${known.length === 0 ? '' : `；已有的设备：${known.join('、')}`}。`,
  deviceDraining: name => `${name} 不再接新任务，正在完成手头的任务……`,
  deviceChanged: {
    pause: name => `${name} 已暂停：不再接新任务，手头的任务会完成。`,
    resume: name => `${name} 又可以接任务了。`,
    drain: name => `${name} 已不在画图，并保持暂停，直到运行 easel devices resume ${name}。`,
  },

  drainAsked: name => `${name} 不再接新任务，手头的任务完成后退出。`,
  drainUnanswered: name => `${name} 没有回应，请再试一次。`,
}
