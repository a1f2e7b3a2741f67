/**
 * A key that an object in this text has twice, if there is one: `JSON.parse`, which the text must have passed, keeps the
 * last of them and says nothing. Two spellings of a key, such as `"a"` and `"\u0061"`, are the same.
 */
export function repeatedKey(json: string): string | undefined {
  // For each list or object that is open, the keys so far.
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

/** One place behind the quotation mark that ends the text which begins here. */
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
