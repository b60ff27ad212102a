/** Tells what became visible in the fake Slack since it was last asked: messages new, edited and gone, forms and homes. */
import { readBlocks } from './reading.ts'
import { nameOf, postLines } from './transcript.ts'
import type { OpenView, Post, World } from './world.ts'

export class Narrator {
  readonly #world: World
  readonly #told = new Map<string, string>()

  constructor(world: World) {
    this.#world = world
  }

  /** One paragraph per thing that changed, in the order in which people would come upon them. */
  news(): string[] {
    const { posts, views, homes } = this.#world
    return [
      ...posts.flatMap(post => this.#changed(post.ts, post.deleted ? '' : this.#postText(post))),
      ...[...views.values()].flatMap(view =>
        this.#changed(view.id, view.closed ? '' : this.#viewText('form', view)),
      ),
      ...[...homes].flatMap(([id, view]) => this.#changed(`home ${id}`, this.#viewText('home', view))),
    ]
  }

  /** What is gone is told as the place where it was. */
  #changed(id: string, now: string): string[] {
    const before = this.#told.get(id) ?? ''
    if (now === before) return []
    this.#told.set(id, now)
    return now === '' ? [`${before.split('\n')[0]} — gone`] : [now]
  }

  #postText(post: Post): string {
    const channel = this.#world.channel(post.channelId)
    const place = channel.kind === 'im' ? 'direct messages' : `#${channel.name}`
    const where = post.threadTs === undefined ? place : `${place}, in the thread`
    return [`[${where}]`, ...postLines(this.#world, post, '')].join('\n')
  }

  #viewText(kind: string, view: OpenView): string {
    const { type } = view.content
    const title = type === 'modal' ? `: ${view.content.title?.text ?? ''}` : ''
    const head = `[${kind} of ${nameOf(this.#world, view.userId)}${title}]`
    return [head, ...readBlocks(view.content.blocks).lines.map(line => `  ${line}`)].join('\n')
  }
}
