/** All texts in English. */
import { chat } from './chat.ts'
import { cli } from './cli.ts'
import {
  commandOptions,
  commands,
  forget,
  mine,
  notify,
  optionWithDefault,
  unknownCommand,
} from './commands.ts'
import { delivery } from './delivery.ts'
import { discord } from './discord.ts'
import { errors } from './errors.ts'
import { machines } from './machines.ts'
import { buttons, help, info, job, models, parameters, queue, stats, topics, usage } from './messages.ts'
import { expectations, flags, problems } from './requests.ts'
import { slack } from './slack.ts'
import { web } from './web.ts'

export const en = {
  errors,
  cli,
  machines,
  flags,
  expectations,
  problems,
  commands,
  commandOptions,
  optionWithDefault,
  unknownCommand,
  forget,
  mine,
  notify,
  chat,
  buttons,
  job,
  parameters,
  info,
  help,
  topics,
  queue,
  delivery,
  usage,
  models,
  stats,
  web,
  slack,
  discord,
}
