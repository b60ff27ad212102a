/** Copies a command to the clipboard. */

/** How long the button confirms the copy. */
const shownMs = 1500

/** Without access to the clipboard (plain http in a network), the text is selected instead. */
export async function copyCommand(button: HTMLElement): Promise<void> {
  const code = button.parentElement?.querySelector('code')
  if (!code) return
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    const label = button.textContent
    button.textContent = button.dataset.copied ?? label
    setTimeout(() => {
      button.textContent = label
    }, shownMs)
  } catch {
    getSelection()?.selectAllChildren(code)
  }
}
