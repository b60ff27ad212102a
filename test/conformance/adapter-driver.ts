/** The driver that each platform supplies to the adapter suite: its people, and what they see. */
import type { Easel } from '../../src/app/easel.ts'
import type { Adapter } from '../../src/bots/adapter.ts'
import type { ButtonTarget } from '../../src/bots/messages/buttons.ts'
import type { FakeClock } from '../fakes/fake-clock.ts'
import type { CountingIds, RememberingLog } from '../fakes/fake-parts.ts'

/** What lies behind the adapter: one Easel that outlives the adapter's restarts. */
export interface World {
  easel: Easel
  clock: FakeClock
  ids: CountingIds
  log: RememberingLog
}

/** A message as people see it, escapes undone: what is on the screen. */
export interface SeenMessage {
  text: string
  /** The alternative text of each picture that it shows (a preview counts). */
  pictures: string[]
  buttons: (ButtonTarget & { label: string })[]
}

/** One person on the platform. Every act resolves when the platform has its answer. */
export interface DrivenPerson {
  /** Types `/imagine` and the text. With an event id that was used before, the platform delivers the event again. */
  imagines(text: string, options?: { eventId?: string }): Promise<void>
  /** Agrees to the fan-out that was shown last. */
  confirms(): Promise<void>
  presses(button: ButtonTarget, options?: { eventId?: string }): Promise<void>
  /** Presses Remix, replaces the prompt in the form, sends it. */
  remixes(pictureId: string, prompt: string): Promise<void>
  /** Types a small command: queue, help, models, usage, stats. */
  asks(command: 'queue' | 'help' | 'models' | 'usage' | 'stats'): Promise<void>
  /** All messages that are there now for everybody, cards and threads, in order. */
  sees(): Promise<SeenMessage[]>
  /** What was said to this person alone, oldest first. */
  told(): Promise<string[]>
}

export interface AdapterDriver {
  /** The running adapter; another one after `restart`. */
  readonly adapter: Adapter
  /** Two different people without special rights. */
  readonly ada: DrivenPerson
  readonly bob: DrivenPerson
  /** Stops the adapter and starts a new one over the same world. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** Harm that text did: pings, links, markup or scripts that came alive. */
  harm(): Promise<string[]>
}

export interface AdapterTraits {
  name: string
  start(world: World): Promise<AdapterDriver>
}
