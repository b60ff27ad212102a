/** The message field: it grows with its text, accepts a source picture, and completes command names. */
import { byId, sentence, showNotices } from './elements.ts'

const pictureTypes = /^image\/(png|jpeg|webp)$/
/** The maximum height of the field as a share of the window's height. */
const maxHeightShare = 0.4
/** The default strength with a mask, under which little of the source should remain. */
const strengthUnderMask = '0.9'

/** The maximum number of completions above the field. */
const maxLoras = 8

/** The partly typed last name after `--lora`; undefined elsewhere, and once its weight is being typed. */
function loraBeingTyped(text: string): string | undefined {
  const [, behind] = /(?:^|\s)--lora[\s=]+((?:(?!\s--).)*)$/is.exec(text) ?? []
  const last = behind?.slice(behind.lastIndexOf(';') + 1).trimStart()
  return last?.includes(':') ? undefined : last
}

export class Composer {
  readonly #form: HTMLFormElement
  readonly #text = byId('text', HTMLTextAreaElement)
  readonly #source = byId('source', HTMLInputElement)
  readonly #mask = byId('mask', HTMLInputElement)
  readonly #completions = byId('completions', HTMLElement)

  constructor(form: HTMLFormElement) {
    this.#form = form
    this.#text.addEventListener('input', () => this.#changed())
    this.#text.addEventListener('keydown', event => this.#pressed(event))
    this.#source.addEventListener('change', () => this.#showSource())
    this.#mask.addEventListener('change', () => this.#suitStrength())
    byId('source-remove', HTMLElement).addEventListener('click', () => this.#removeSource())
    this.#completions.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null
      if (button !== null) this.#complete(button)
    })
    document.addEventListener('paste', event => this.#takePicture(event, event.clipboardData))
    document.addEventListener('dragover', event => event.preventDefault())
    document.addEventListener('drop', event => this.#takePicture(event, event.dataTransfer))
  }

  /** Clears the sent values; values that were typed or chosen since stay. */
  clear(sent: FormData): void {
    const typed = this.#text.value
    const sentText = sent.get('text')
    const rest =
      typeof sentText === 'string' && typed.startsWith(sentText) ? typed.slice(sentText.length) : typed
    const kept = this.#pictureFields().filter(({ name, files }) => !isSame(files?.[0], sent.get(name)))
    const files = kept.map(field => [field, field.files] as const)
    this.#form.reset()
    for (const [field, chosen] of files) field.files = chosen
    this.#text.value = rest
    this.#showSource()
    this.#changed()
  }

  #pictureFields(): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>('input[type=file]')]
  }

  #changed(): void {
    this.#text.style.height = 'auto'
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, innerHeight * maxHeightShare)}px`
    this.#showCompletions()
  }

  #pressed(event: KeyboardEvent): void {
    const first = this.#completions.hidden
      ? undefined
      : this.#buttons().find(({ parentElement }) => parentElement?.hidden === false)
    if (event.key === 'Tab' && !event.shiftKey && first !== undefined) {
      event.preventDefault()
      this.#complete(first)
    } else if (event.key === 'Enter' && !event.shiftKey && !isComposing(event)) {
      event.preventDefault()
      this.#form.requestSubmit(this.#form.querySelector<HTMLElement>('.send'))
    }
  }

  /** Completes a command's name by its prefix and, after `--lora`, a LoRA's name by any part of it. */
  #showCompletions(): void {
    const typed = this.#text.value.toLowerCase()
    const isName = /^\/[a-z ]*$/.test(typed)
    const lora = loraBeingTyped(typed)
    let shown = 0
    for (const { parentElement: item, dataset } of this.#buttons()) {
      const isFitting =
        dataset.lora === undefined
          ? isName && dataset.typed?.startsWith(typed) === true && dataset.typed !== typed
          : lora !== undefined && shown < maxLoras && dataset.lora.toLowerCase().includes(lora)
      if (isFitting) shown += 1
      if (item !== null) item.hidden = !isFitting
    }
    this.#completions.hidden = this.#buttons().every(({ parentElement }) => parentElement?.hidden)
  }

  #complete({ dataset }: HTMLButtonElement): void {
    const text = this.#text.value
    const part = loraBeingTyped(text) ?? ''
    const isLora = dataset.lora !== undefined
    this.#text.value = isLora ? text.slice(0, text.length - part.length) + dataset.lora : `${dataset.typed} `
    this.#completions.hidden = true
    this.#text.focus()
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.#completions.querySelectorAll('button')]
  }

  #showSource(): void {
    const file = this.#source.files?.[0]
    const thumbnail = byId('source-thumbnail', HTMLImageElement)
    if (thumbnail.src) URL.revokeObjectURL(thumbnail.src)
    if (file) thumbnail.src = URL.createObjectURL(file)
    else thumbnail.removeAttribute('src')
    thumbnail.hidden = !file
    byId('source-chosen', HTMLElement).classList.toggle('chosen', file !== undefined)
  }

  #removeSource(): void {
    this.#source.value = ''
    this.#mask.value = ''
    this.#showSource()
    this.#text.focus()
  }

  /** Sets the default strength, unless the person chose one. */
  #suitStrength(): void {
    const strength = this.#form.elements.namedItem('strength')
    if (!(strength instanceof HTMLInputElement) || this.#mask.files?.length === 0) return
    if (strength.value === strength.defaultValue) strength.value = strengthUnderMask
  }

  /** Takes the first picture of a paste or a drop, and shows which files it does not take. */
  #takePicture(event: Event, transfer: DataTransfer | null): void {
    const files = [...(transfer?.files ?? [])]
    const link = event.type === 'drop' ? (transfer?.getData('text/uri-list') ?? '') : ''
    // Before files, because some browsers add the thumbnail of a dragged result as one.
    if (isOwnPicture(link)) {
      event.preventDefault()
      void this.#takeResult(link)
      return
    }
    // A link may be dropped into a text. Elsewhere browsers would open it.
    const isUnusable = link !== '' && !isTextField(event.target)
    if ((files.length === 0 && !isUnusable) || (event.type === 'paste' && isFormattedText(transfer))) return
    // Otherwise the browser would leave the page and show the file.
    event.preventDefault()
    const file = files.find(({ type }) => pictureTypes.test(type))
    if (file === undefined) {
      showNotices([sentence('notPicture')])
      return
    }
    showNotices(files.length > 1 ? [sentence('onePicture').replace('%', file.name)] : [])
    this.#takeSource(file)
  }

  /** Takes the original of a result that was dragged from the page. */
  async #takeResult(url: string): Promise<void> {
    const picture = await pictureAt(url)
    if (picture === undefined) showNotices([sentence('notPicture')])
    else this.#takeSource(picture)
  }

  #takeSource(file: File): void {
    const taken = new DataTransfer()
    taken.items.add(file)
    this.#source.files = taken.files
    this.#showSource()
  }
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement
}

/** Whether a link is that of a result's original, without a thumbnail's size. */
function isOwnPicture(link: string): boolean {
  const folder = new URL('./pictures/', document.baseURI).href
  return link.startsWith(folder) && /^[0-9a-z]+$/.test(link.slice(folder.length))
}

/** The picture of a result; undefined where it is gone or the server is. */
async function pictureAt(url: string): Promise<File | undefined> {
  try {
    const blob = await (await fetch(url)).blob()
    return pictureTypes.test(blob.type)
      ? new File([blob], `${url.split('/').at(-1)}`, { type: blob.type })
      : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether formatted text was copied, to which word processors and spreadsheets add a picture of it. A file manager adds only plain
 * names to copied files, and a browser only HTML to a copied picture.
 */
function isFormattedText(transfer: DataTransfer | null): boolean {
  const has = (type: string) => (transfer?.getData(type) ?? '') !== ''
  return has('text/plain') && (has('text/html') || has('text/rtf'))
}

/** Whether the key belongs to an input method. Safari ends the composition before the key that ends it, which has code 229. */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

/** Whether a field's file is the one that was sent. An empty field is sent as a file without a name. */
function isSame(chosen: File | undefined, sent: FormDataEntryValue | null): boolean {
  if (!(sent instanceof File) || chosen === undefined) return chosen === undefined
  return chosen.name === sent.name && chosen.size === sent.size && chosen.lastModified === sent.lastModified
}
