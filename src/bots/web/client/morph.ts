/** Morphs an element into another one and keeps unchanged parts, so focus and loaded pictures are preserved. */

export function morph(present: ChildNode, wanted: ChildNode): void {
  if (present.isEqualNode(wanted)) return
  if (present instanceof Text && wanted instanceof Text) {
    present.data = wanted.data
  } else if (present instanceof Element && wanted instanceof Element && isAlike(present, wanted)) {
    morphAttributes(present, wanted)
    morphChildren(present, wanted)
  } else {
    present.replaceWith(wanted)
  }
}

function isAlike(present: Element, wanted: Element): boolean {
  return present.nodeName === wanted.nodeName && present.id === wanted.id
}

function morphAttributes(present: Element, wanted: Element): void {
  for (const { name } of [...present.attributes]) {
    if (!wanted.hasAttribute(name)) present.removeAttribute(name)
  }
  for (const { name, value } of wanted.attributes) {
    if (present.getAttribute(name) !== value) present.setAttribute(name, value)
  }
}

function morphChildren(present: Element, wanted: Element): void {
  const children = [...wanted.childNodes]
  for (const [i, child] of children.entries()) {
    const there = present.childNodes[i]
    if (there === undefined) present.append(child)
    else morph(there, child)
  }
  while (present.childNodes.length > children.length) present.lastChild?.remove()
}
