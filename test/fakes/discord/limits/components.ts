/** Message components: shapes, counts and nesting (developers/components/reference), legacy and V2. */
import { z } from 'zod'
import { broken } from './check.ts'

export const customId = z.string().min(1).max(100)
const id = z.int().min(0).max(2_147_483_647).optional()
const emoji = z.strictObject({
  id: z.string().nullish(),
  name: z.string().nullish(),
  animated: z.boolean().optional(),
})
const media = z.strictObject({ url: z.string().min(1).max(2048) })
const selectRange = {
  custom_id: customId,
  placeholder: z.string().max(150).optional(),
  min_values: z.int().min(0).max(25).optional(),
  max_values: z.int().min(1).max(25).optional(),
  disabled: z.boolean().optional(),
}

const button = z
  .strictObject({
    type: z.literal(2),
    id,
    style: z.int().min(1).max(6),
    label: z.string().min(1).max(80).optional(),
    emoji: emoji.optional(),
    custom_id: customId.optional(),
    url: z.string().max(512).optional(),
    sku_id: z.string().optional(),
    disabled: z.boolean().optional(),
  })
  .superRefine((b, context) => {
    if (b.style === 5 && (b.url === undefined || b.custom_id !== undefined))
      broken(context, ['url'], 'BUTTON_COMPONENT_URL_REQUIRED', 'A link button has a url and no custom_id.')
    if (b.style < 5 && (b.custom_id === undefined || b.url !== undefined))
      broken(context, ['custom_id'], 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required.')
    if (b.style < 6 && b.label === undefined && b.emoji === undefined)
      broken(context, ['label'], 'BUTTON_COMPONENT_LABEL_REQUIRED', 'A label or an emoji is required.')
  })

export const stringSelect = z.strictObject({
  type: z.literal(3),
  id,
  ...selectRange,
  options: z
    .array(
      z.strictObject({
        label: z.string().min(1).max(100),
        value: z.string().min(1).max(100),
        description: z.string().max(100).optional(),
        emoji: emoji.optional(),
        default: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(25),
  /** In modals only. */
  required: z.boolean().optional(),
})

const entitySelect = z.strictObject({
  type: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  id,
  ...selectRange,
  channel_types: z.array(z.int()).optional(),
})

const actionRow = z
  .strictObject({
    type: z.literal(1),
    id,
    components: z
      .array(z.union([button, stringSelect, entitySelect]))
      .min(1)
      .max(5),
  })
  .superRefine((row, context) => {
    if (row.components.length > 1 && row.components.some(c => c.type !== 2))
      broken(context, ['components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A select fills its row alone.')
  })

const textDisplay = z.strictObject({ type: z.literal(10), id, content: z.string().min(1).max(4000) })
const thumbnail = z.strictObject({
  type: z.literal(11),
  id,
  media,
  description: z.string().min(1).max(1024).nullish(),
  spoiler: z.boolean().optional(),
})
const section = z.strictObject({
  type: z.literal(9),
  id,
  components: z.array(textDisplay).min(1).max(3),
  accessory: z.union([button, thumbnail]),
})
const gallery = z.strictObject({
  type: z.literal(12),
  id,
  items: z
    .array(
      z.strictObject({
        media,
        description: z.string().min(1).max(1024).nullish(),
        spoiler: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(10),
})
const file = z.strictObject({
  type: z.literal(13),
  id,
  file: z.strictObject({ url: z.string().startsWith('attachment://') }),
  spoiler: z.boolean().optional(),
})
const separator = z.strictObject({
  type: z.literal(14),
  id,
  divider: z.boolean().optional(),
  spacing: z.int().min(1).max(2).optional(),
})
const container = z.strictObject({
  type: z.literal(17),
  id,
  components: z.array(z.union([actionRow, textDisplay, section, gallery, file, separator])).min(1),
  accent_color: z.int().min(0).max(0xffffff).nullish(),
  spoiler: z.boolean().optional(),
})

const topComponent = z.union([actionRow, section, textDisplay, gallery, file, separator, container])
export const components = z.array(topComponent)

export type TopComponent = z.infer<typeof topComponent>
export type ButtonComponent = z.infer<typeof button>
export type SelectComponent = z.infer<typeof stringSelect>
export type Component =
  | TopComponent
  | ButtonComponent
  | z.infer<typeof stringSelect>
  | z.infer<typeof entitySelect>
  | z.infer<typeof thumbnail>

/** A component and everything inside it, in reading order. */
export function* everyComponent(tree: readonly Component[]): Generator<Component> {
  for (const component of tree) {
    yield component
    if (component.type === 1 || component.type === 17) yield* everyComponent(component.components)
    if (component.type === 9) yield* everyComponent([...component.components, component.accessory])
  }
}

/** Names of files that the tree shows by `attachment://`. */
export function filesShown(tree: readonly Component[]): string[] {
  const urls: string[] = []
  for (const component of everyComponent(tree)) {
    if (component.type === 11) urls.push(component.media.url)
    if (component.type === 12) urls.push(...component.items.map(item => item.media.url))
    if (component.type === 13) urls.push(component.file.url)
  }
  return urls.filter(url => url.startsWith('attachment://')).map(url => url.slice('attachment://'.length))
}

/** Rules over the whole tree: counts, unique ids, what only V2 may hold. */
export function checkTree(tree: readonly TopComponent[], isV2: boolean, context: z.RefinementCtx): void {
  const path = ['components']
  const all = [...everyComponent(tree)]
  if (isV2 && all.length > 40)
    broken(context, path, 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', `${all.length} components, at most 40.`)
  if (!isV2 && tree.length > 5) broken(context, path, 'BASE_TYPE_BAD_LENGTH', 'At most 5 rows.')
  if (!isV2 && tree.some(component => component.type !== 1))
    broken(context, path, 'UNION_TYPE_CHOICES', 'Without IS_COMPONENTS_V2 only action rows are allowed.')

  const text = all.reduce((sum, c) => sum + (c.type === 10 ? c.content.length : 0), 0)
  if (text > 4000)
    broken(context, path, 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', `${text} characters, at most 4000.`)

  const customIds = all.flatMap(c => ('custom_id' in c && c.custom_id !== undefined ? [c.custom_id] : []))
  if (new Set(customIds).size !== customIds.length)
    broken(context, path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'A custom id is used twice.')
  const ids = all.flatMap(c => (c.id ? [c.id] : []))
  if (new Set(ids).size !== ids.length)
    broken(context, path, 'COMPONENT_ID_DUPLICATED', 'A component id is used twice.')
}
