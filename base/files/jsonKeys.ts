/**
 * Returns a key that some object in this text has twice, if any. `JSON.parse`, which must accept the text, silently
 * keeps the last. Two spellings of a key, such as `"a"` and `"\u0061"`, are equal.
 */
export function repeatedKey(json: string): string | undefined {
  // The keys so far of each open list or object.
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at++) {
    const letter = json[at]
    if (letter === '{' || letter === '[') open.push(new Set())
    else if (letter === '}' || letter === ']') open.pop()
    else if (letter === '"') {
      const end = endOfText(json, at)
      if (isFollowedByColon(json, end)) {
        const key: string = JSON.parse(json.slice(at, end))
        if (open.at(-1)!.has(key)) return key
        open.at(-1)!.add(key)
      }
      at = end - 1
    }
  }
  return undefined
}

/** Returns the index after the closing quotation mark of the string that begins here. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function isFollowedByColon(json: string, from: number): boolean {
  let at = from
  while (' \t\n\r'.includes(json[at] ?? '.')) at++
  return json[at] === ':'
}
