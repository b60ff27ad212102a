/** 简体中文：配置哪里有误。 */
import type { ConfigProblem, SettingFormat, SettingType, YamlFault } from '../../../errors/config-problem.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

export function configRefusal(file: string | undefined, key: string, problem: ConfigProblem): string {
  const where = key === '' ? '整个文件' : `“${key}”`
  return `配置${file === undefined ? '' : ` ${file} `}${where}有误：${reason(problem)}。`
}

const types: Record<SettingType, string> = {
  integer: '整数',
  number: '数',
  string: '文本（请加引号）',
  boolean: 'true 或 false',
  array: '列表',
  object: '一组设置',
}

const formats: Record<SettingFormat, string> = {
  url: '网址',
  device: 'auto、cpu、webgpu、cuda:0、cuda:1 等设备名',
  host: '主机名（可带 :端口）',
  memory: '12GB 或 8 GiB 这样的内存大小',
  network: '10.0.0.2 这样的地址或 10.0.0.0/8 这样的网段',
  person: '“平台:空间:用户”的写法',
  redis: 'rediss://user@host:6379 这样的网址',
  'key-prefix': '只含字母、数字、_ 和 - 的前缀',
  'wildcard-name': '只含字母、数字、_、- 和 / 的名称',
}

const yaml: Record<YamlFault, string> = {
  syntax: '有多余的内容，或缺少引号、括号',
  indentation: '缩进有误，或括号没有闭合',
  tab: '请用空格缩进，不要用制表符',
  'duplicate-key': '这个键出现了两次',
  'nested-key': '一行里有两个键；含冒号的文本请加引号',
  'reserved-character': '以这个字符开头的文本要加引号',
  'unknown-alias': '* 引用的名称没有定义',
  'several-documents': '--- 之后是第二个文档，只能有一个',
}

const reasons: ReasonTable<ConfigProblem> = {
  yaml: p =>
    `不是 YAML（${p.position ? `第 ${p.position.line} 行第 ${p.position.column} 列：` : ''}${yaml[p.fault]}）`,
  invalid: p => `这里不能用 ${p.found}`,
  'unknown-key': p => `没有这个设置${p.nearest === undefined ? '' : `，最接近的是 ${p.nearest}`}`,
  secret: () => '密钥只从环境变量读取，见 config/example.env',
  'no-value': () => '没有值',
  empty: () => '是空的',
  type: p => `${p.found} 不是${types[p.expected]}`,
  choice: p => `${p.found} 不在可选值 ${p.known.join('、')} 之中`,
  range: p => `${p.found} ${range(p)}`,
  format: p => `${p.found} 不是${formats[p.expected]}`,
  'device-twice': () => '同一个设备写了两次',
  'webgpu-twice': p => `webgpu 与 ${p.cards.join(' 或 ')} 是同一张显卡；每张显卡只能写一次`,
  'auto-not-alone': () => 'auto 会选择所有设备，只能单独使用',
  'preset-unknown': p => `没有预设“${p.name}”，可选：${p.known.join('、')}`,
  'sampler-unknown': p => `没有采样器“${p.name}”，相近的有：${p.nearest.join('、')}`,
  'space-inside': () => '中间有空格或换行',
  'foreign-character': p => `其中有字符 ${p.character}，令牌和密钥里都没有这个字符；请重新复制`,
  'not-set': () => '环境变量里没有设置',
  'encryption-key': () => '必须是 32 字节，用 base64 或十六进制书写（可用 openssl rand -base64 32 生成）',
  address: p => `这台机器不能监听 ${p.address}（${p.code}）`,
  'without-tls': p =>
    `发往 ${p.host} 的一切都不会加密；请用 ${p.scheme}://，或把 ${p.host} 写进 ${p.setting}`,
  'not-in-guild': p => `Easel 不在服务器 ${p.guildId} 里`,
  'no-adapter': () => '所有入口都关闭了，请设置令牌，或把 web.enabled 设为 true',
}

function reason(p: ConfigProblem): string {
  return reasonIn(reasons, p.what, p)
}

function range({ min, max, open }: Extract<ConfigProblem, { what: 'range' }>): string {
  if (min !== undefined && max !== undefined)
    return `超出 ${min} 到 ${max} 的范围${open ? '（不含两端）' : ''}`
  if (max !== undefined) return open ? `不小于 ${max}` : `大于 ${max}`
  return open ? `不大于 ${min}` : `小于 ${min}`
}
