/** Modals: 1-5 components, labels with inputs, ids unique (developers/components/reference). */
import { z } from 'zod'
import { broken } from './check.ts'
import { customId, stringSelect } from './components.ts'

const id = z.int().min(0).optional()
const textInput = z.strictObject({
  type: z.literal(4),
  id,
  custom_id: customId,
  style: z.union([z.literal(1), z.literal(2)]),
  /** Only where the input stands in an action row; deprecated. */
  label: z.string().min(1).max(45).optional(),
  min_length: z.int().min(0).max(4000).optional(),
  max_length: z.int().min(1).max(4000).optional(),
  required: z.boolean().optional(),
  value: z.string().max(4000).optional(),
  placeholder: z.string().max(100).optional(),
})
const fileUpload = z.strictObject({
  type: z.literal(19),
  id,
  custom_id: customId,
  min_values: z.int().min(0).max(10).optional(),
  max_values: z.int().min(1).max(10).optional(),
  required: z.boolean().optional(),
})
const label = z
  .strictObject({
    type: z.literal(18),
    id,
    label: z.string().min(1).max(45),
    description: z.string().max(100).optional(),
    component: z.union([textInput, stringSelect, fileUpload]),
  })
  .superRefine((l, context) => {
    if (l.component.type === 4 && l.component.label !== undefined)
      broken(
        context,
        ['component', 'label'],
        'UNKNOWN_FIELD',
        'Inside a Label an input has no label of its own.',
      )
  })
const row = z
  .strictObject({ type: z.literal(1), id, components: z.array(textInput).length(1) })
  .superRefine((r, context) => {
    if (r.components[0]?.label === undefined)
      broken(context, ['components', 0, 'label'], 'BASE_TYPE_REQUIRED', 'This field is required.')
  })
const text = z.strictObject({ type: z.literal(10), id, content: z.string().min(1).max(4000) })

export const modal = z
  .strictObject({
    custom_id: customId,
    title: z.string().min(1).max(45),
    components: z
      .array(z.union([label, row, text]))
      .min(1)
      .max(5),
  })
  .superRefine((m, context) => {
    const inputs = modalInputs(m)
    if (new Set(inputs.map(input => input.custom_id)).size !== inputs.length)
      broken(context, ['components'], 'COMPONENT_CUSTOM_ID_DUPLICATED', 'A custom id is used twice.')
    for (const input of inputs) {
      if (input.type === 4 && (input.value?.length ?? 0) > (input.max_length ?? 4000))
        broken(
          context,
          ['components'],
          'BASE_TYPE_MAX_LENGTH',
          `${input.custom_id}: value longer than max_length.`,
        )
    }
  })

export type Modal = z.infer<typeof modal>
export type ModalInput = z.infer<typeof textInput> | z.infer<typeof stringSelect> | z.infer<typeof fileUpload>

/** The inputs in the order a person sees them. */
export function modalInputs(m: { components: Modal['components'] }): ModalInput[] {
  return m.components.flatMap(top => {
    if (top.type === 18) return [top.component]
    return top.type === 1 ? top.components : []
  })
}

/** The label above an input. */
export function labelOf(m: Modal, input: ModalInput): string {
  for (const top of m.components) if (top.type === 18 && top.component === input) return top.label
  return input.type === 4 ? (input.label ?? '') : ''
}
