import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidInputError } from '../../../base/errors.ts'
import { objectOf, wholeFrom } from '../../../base/files/schemaMistakes.ts'
import { readYaml, YamlFile } from '../../../base/files/yaml.ts'
import { temporaryFolder } from '../../train/temporaryFolder.ts'

const schema = objectOf({
  count: wholeFrom(1),
  inner: objectOf({ sizes: z.array(wholeFrom(0), 'sizes') }).optional(),
})

function read(text: string): unknown {
  return new YamlFile(text, 'file.yaml').as(schema)
}

/** The sentence that a text is refused with. */
function complaint(text: string): string {
  try {
    read(text)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError)
    return (error as Error).message
  }
  throw new Error(`accepted: ${text}`)
}

describe('a YAML file', () => {
  it('should be what its schema makes of it, whatever its style', () => {
    const value = { count: 3, inner: { sizes: [1, 2] } }
    for (const text of [
      'count: 3\ninner:\n  sizes:\n    - 1\n    - 2\n',
      '# a comment\r\ncount: 0x3\r\ninner: { sizes: [1, 2] }\r\n',
      '\uFEFF{"count": 3, "inner": {"sizes": [1, 2]}}',
      'count: 3\ninner: &inner { sizes: [1, 2] }\n',
    ]) {
      expect(read(text)).toEqual(value)
    }
  })

  it.each([
    ['an unknown key', 'count: 3\ncuont: 4\n', '2:1: cuont: unknown key; did you mean "count"?'],
    [
      'a key that resembles none',
      'count: 3\ninner:\n  colour: red\n  sizes: []\n',
      '3:3: inner.colour: unknown key; expected one of sizes',
    ],
    [
      'a wrong value',
      'inner: { sizes: [] }\ncount:   many\n',
      "2:10: count: expected an integer ≥ 1, got 'many'",
    ],
    ['a number in quotes', "count: '3'", "1:8: count: expected an integer ≥ 1, got '3'"],
    ['no value at all', 'count:\n', '1:7: count: expected an integer ≥ 1, got nothing'],
    ['a missing key', '\n\ninner:\n  sizes: []\n', '3:1: count: expected an integer ≥ 1, got nothing'],
    ['a missing inner key', 'count: 1\ninner: {}\n', '2:8: inner.sizes: expected sizes, got nothing'],
    [
      'a wrong element',
      'count: 1\ninner:\n  sizes: [0, 1, -2]\n',
      '3:17: inner.sizes.2: expected an integer ≥ 0, got -2',
    ],
    ['a list for an object', 'count: 1\ninner: [1]', '2:8: inner: expected the keys sizes, got a list'],
    [
      'an object for a number',
      'count: { a: 1 }',
      '1:8: count: expected an integer ≥ 1, got keys with values',
    ],
    [
      'the first of several mistakes',
      'inner: { size: 1 }\ncount: no\nmore: 1',
      '1:8: inner.sizes: expected sizes, got nothing',
    ],
    [
      'a mistake behind an alias',
      'count: &n x\ninner: { sizes: [*n] }',
      "1:11: count: expected an integer ≥ 1, got 'x'",
    ],
    [
      'a mistake inside of what an alias stands for',
      'count: 1\ninner: { sizes: &s [x] }\nmore: *s',
      "2:21: inner.sizes.0: expected an integer ≥ 0, got 'x'",
    ],
    ['a key that is there twice', 'count: 3\ncount: 4\n', '2:1: duplicate key count'],
    [
      'a key that is there twice in two spellings',
      'count: 3\ninner: { 1: a, "1": b }',
      '2:16: duplicate key 1',
    ],
    ['a list for a key', 'count: 3\n? [a]\n: 4\n', '2:3: expected a plain key'],
    ['a tab for indentation', 'count: 1\ninner:\n\tsizes: []\n', '3:1: Tabs are not allowed as indentation'],
    [
      'a bracket that is never closed',
      'count: [1, 2\n',
      '2:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['two documents', 'count: 1\n---\ncount: 2\n', '2:1: Source contains multiple documents'],
    ['an alias of nothing', 'count: *n\n', '1:8: no anchor &n precedes this alias'],
    [
      'a tag of somebody else',
      'count: !!python/object 3\n',
      '1:8: Unresolved tag: tag:yaml.org,2002:python/object',
    ],
    ['merge keys', 'count: 1\n<<: { inner: 1 }\n', '2:1: <<: unknown key; expected one of count, inner'],
    [
      'a key that names a prototype',
      '__proto__: { count: 1 }\ncount: 1\n',
      '1:1: __proto__: unknown key; expected one of count, inner',
    ],
    ['nothing', '', '1:1: expected the keys count, inner, got nothing'],
    ['a mere word', 'count\n', "1:1: expected the keys count, inner, got 'count'"],
  ])('should be refused with its place for %s', (_, text, message) => {
    expect(complaint(text)).toContain(`file.yaml:${message}`)
  })

  it('should be refused where aliases stand for more and more', () => {
    const levels = Array.from({ length: 12 }, (_, i) =>
      i === 0 ? 'a0: &a0 [x, x]' : `a${i}: &a${i} [${Array(9).fill(`*a${i - 1}`)}]`,
    )
    expect(complaint(levels.join('\n'))).toBe(
      'file.yaml: cannot be read as YAML (Excessive alias count indicates a resource exhaustion attack)',
    )
  })

  it('should be refused where it holds itself, or is nested without end', () => {
    expect(complaint('count: &a [*a]')).toMatch(/^file\.yaml/)
    expect(complaint('['.repeat(100_000))).toMatch(/^file\.yaml/)
  })

  it('should be refused where it is too long, or has too many aliases', () => {
    expect(complaint(`# ${'x'.repeat(2 ** 16)}`)).toBe(
      'file.yaml: expected YAML of at most 65536 characters, got 65538',
    )
    const aliases = `count: &n 1\ninner: { sizes: [${'*n, '.repeat(101)}] }`
    expect(complaint(aliases)).toBe('file.yaml:2:418: expected at most 100 aliases')
  })

  it.each([
    ['keys', (count: number) => Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join('')],
    ['aliases', (count: number) => `a: &a 1\nb: [${'*a, '.repeat(count)}]`],
  ])('should take time in proportion to its %s', (_, text) => {
    const seconds = (count: number) => {
      const start = performance.now()
      try {
        new YamlFile(text(count), 'file.yaml')
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError)
      }
      return performance.now() - start
    }
    seconds(1000)
    // Eight times the text: 64 times as long where each is compared with every other.
    const ratios = Array.from({ length: 5 }, () => seconds(7200) / seconds(900))
    expect(Math.min(...ratios)).toBeLessThan(30)
  })

  it('should never break otherwise, whatever it holds', () => {
    const piece = fc.constantFrom(
      'count',
      'inner',
      'sizes',
      ': ',
      ' ',
      '\n',
      '\t',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '1',
      '"',
      "'",
      '#',
      '|',
      '!',
      '%',
      '? ',
      '<<',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          read(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError)
          expect((error as Error).message).toMatch(/^file\.yaml(:\d+:\d+)?: ./)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('should be named where it cannot be read', async () => {
    const folder = await temporaryFolder()
    await expect(readYaml(join(folder, 'none.yaml'))).rejects.toThrow(
      `${folder}/none.yaml: there is no such file or folder`,
    )
    await expect(readYaml(folder)).rejects.toThrow(`${folder}: expected a file, but this is a folder`)
    const path = join(folder, 'file.yaml')
    await writeFile(path, 'count: 1')
    expect((await readYaml(path)).as(schema)).toEqual({ count: 1 })
  })
})
