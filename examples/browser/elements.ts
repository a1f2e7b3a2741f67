/** Returns the element of this id, which must exist. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element '${id}'`)
  return found as E
}

type Attributes = Readonly<Record<string, string | number>>

/** Creates an HTML element. */
export function html(tag: string, attributes: Attributes = {}, ...content: (string | Node)[]): HTMLElement {
  return filled(document.createElement(tag), attributes, content)
}

/** Creates an SVG element. */
export function svg(tag: string, attributes: Attributes = {}, ...content: (string | Node)[]): SVGElement {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, content)
}

function filled<E extends Element>(element: E, attributes: Attributes, content: (string | Node)[]): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`)
  element.append(...content)
  return element
}
