/** The drawings of the pages. Pure JSX. */

/** An easel, as on the icon. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M12 2v3M8 16 5 22M16 16l3 6M12 16v4M4 16h16" />
      <rect x="5" y="5" width="14" height="11" rx="1.5" />
      <circle cx="12" cy="10.5" r="2.5" class="dot" />
    </svg>
  )
}

/** A picture, for the button that attaches one. */
export function PictureIcon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <rect x="3" y="4" width="18" height="16" rx="3" />
      <circle cx="9" cy="10" r="1.8" />
      <path d="m4 18 5.5-5 4 3.5 3-2.5 4 4" />
    </svg>
  )
}
