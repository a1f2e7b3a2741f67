/** A piece of HTML, which needs no escaping. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Content = Html | string | number | undefined | readonly Content[]

/** Builds HTML from a template: strings are escaped, HTML is inserted as is, lists are concatenated, `undefined` is omitted. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(textOf)))
}

function textOf(value: Content): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(textOf).join('')
  return `${value}`.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Serialises a value for a script in the page, as JSON that cannot close a tag. */
export function json(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'))
}
