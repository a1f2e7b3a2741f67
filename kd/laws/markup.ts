const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes text for XML and HTML. Control characters, which XML cannot hold, become U+FFFD. */
export function escaped(text: string): string {
  return [...text]
    .map((letter) => {
      const isControl = letter < ' ' && !'\n\t'.includes(letter)
      return isControl ? '\ufffd' : (entities[letter] ?? letter)
    })
    .join('')
}
