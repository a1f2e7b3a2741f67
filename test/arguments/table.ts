import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'

/** The arguments of a good call, or why a function is not in the table. */
export type Row = Good | Refused | string

type Good = () => readonly unknown[]

/** Arguments that are all of the right kind, where a good call would take long: something else, such as a file, is missing. */
interface Refused {
  readonly refused: Good
}

/** A row for each function that an entry exports. */
export type Table = Readonly<Record<string, Row>>

const constructible = (value: Callable) => /^class\b/.test(Function.prototype.toString.call(value))

type Callable = (...given: unknown[]) => unknown

/** For each class that an entry exports an instance and a row for each of its methods, or why it is not in the table. */
export type Classes = Readonly<Record<string, readonly [instance: object, methods: Table] | string>>

/** What is wrong for most arguments; where it is not, the call may go well. */
const wrong: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  0.5,
  2 ** 40,
  2 ** 53,
  '',
  'x',
  null,
  undefined,
  {},
  [],
  [null],
  ['x'],
  { weight_decay: 1 },
  true,
  () => {},
  Symbol('s'),
  1n,
  new Date(0),
]

const isOptions = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Options, or an object that may have other properties too: in the tables, one without a prototype. */
const hasFields = (value: unknown): value is Record<string, unknown> =>
  isOptions(value) || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null)

/** The number of an argument and, of an option in it, the names that lead there. */
type Path = readonly [argument: string, ...options: string[]]

/** A call with one argument, or one option, replaced. */
interface Change {
  readonly path: readonly string[]
  readonly value: unknown
}

function changed(good: readonly unknown[], { path: [argument, ...options], value }: Change): unknown[] {
  return good.toSpliced(Number(argument), 1, replaced(good[Number(argument)], options, value))
}

function replaced(whole: unknown, [name, ...path]: readonly string[], value: unknown): unknown {
  if (name === undefined || !hasFields(whole)) return value
  const part = replaced(whole[name], path, value)
  return Object.assign(Object.create(Object.getPrototypeOf(whole)), whole, { [name]: part })
}

/** Everything about a good call that can be replaced. */
function places(good: readonly unknown[]): Path[] {
  return good.flatMap((value, argument) => placesIn(value, [`${argument}`]))
}

function placesIn(value: unknown, path: Path): Path[] {
  const inside = hasFields(value) ? Object.entries(value) : []
  return [path, ...inside.flatMap(([name, part]) => placesIn(part, [...path, name]))]
}

/** The places of options, which have no others beside them. */
function optionsIn(good: readonly unknown[]): Path[] {
  return places(good).filter((path) => isOptions(valueAt(good, path)))
}

function valueAt(good: readonly unknown[], [argument, ...options]: Path): unknown {
  return options.reduce<unknown>(
    (value, name) => (hasFields(value) ? value[name] : undefined),
    good[Number(argument)],
  )
}

/** What a call that must go well or be refused threw instead. */
async function complaintOf(call: Callable, given: readonly unknown[]): Promise<string | undefined> {
  try {
    await (constructible(call) ? Reflect.construct(call, given) : call(...given))
    return undefined
  } catch (error) {
    if (error instanceof InvalidInputError && /^[^ :].*?: ./s.test(error.message)) return undefined
    return `${error}`
  }
}

/** The methods of an object as functions: of one that `receiverOf` gives, or of the object itself. */
function methodsOf(instance: object, receiverOf: (name: string) => object): Record<string, Callable> {
  const names = new Set<string>()
  const roots: readonly unknown[] = [Object.prototype, Function.prototype, null]
  for (let holder = instance; !roots.includes(holder); holder = Object.getPrototypeOf(holder)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name)
  }
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      (...given: unknown[]) => {
        const receiver = receiverOf(name)
        return Reflect.apply(Reflect.get(receiver, name), receiver, given)
      },
    ]),
  )
}

/** No rows for those of these methods that an object has: they are for its heirs. */
export function forHeirs(instance: object, ...names: readonly string[]): Table {
  const has = names.filter((name) => name in instance)
  return Object.fromEntries(has.map((name) => [name, 'for its heirs alone']))
}

/** Tests of an object: a row for each of its methods. */
export function describeMethods(
  name: string,
  instance: object,
  methods: Table,
  receiverOf: (name: string) => object = () => instance,
): void {
  describeArguments(`the methods of ${name}`, methodsOf(instance, receiverOf), methods)
}

/** Tests of the classes of an entry: for each an instance, and a row for each of its methods. */
export function describeClasses(entry: string, exported: object, classes: Classes): void {
  it(`should have all classes of ${entry} in the table`, () => {
    const names = Object.entries(exported).filter(
      ([, value]) => typeof value === 'function' && constructible(value),
    )
    expect(Object.keys(classes).toSorted()).toEqual(names.map(([name]) => name).toSorted())
  })
  for (const [name, of] of Object.entries(classes)) if (typeof of !== 'string') describeMethods(name, ...of)
}

/** Tests of an entry: a row for each function, and for each row calls with wrong arguments. */
export function describeArguments(entry: string, exported: object, table: Table): void {
  const functions = new Map<string, Callable>(
    Object.entries(exported).filter(([, value]) => typeof value === 'function'),
  )
  const rows = Object.entries(table).flatMap(([name, row]) => {
    if (typeof row === 'string') return []
    const isRefused = 'refused' in row
    return [{ name, good: isRefused ? row.refused : row, isRefused, call: functions.get(name)! }]
  })

  describe(`the arguments of ${entry}`, () => {
    it('should all be in the table', () => {
      expect(Object.keys(table).toSorted()).toEqual([...functions.keys()].toSorted())
    })

    for (const { name, good, isRefused, call } of rows) {
      it(`${name}: good ones should go well, and wrong ones be refused in a sentence`, async () => {
        const result = (async () =>
          constructible(call) ? Reflect.construct(call, good()) : call(...good()))()
        await (isRefused ? expect(result).rejects.toThrow(InvalidInputError) : result)
        const complaints: string[] = []
        for (const path of places(good())) {
          for (const value of wrong) {
            const complaint = await complaintOf(call, changed(good(), { path, value }))
            if (complaint) complaints.push(`argument ${path.join('.')} as ${String(value)}: ${complaint}`)
          }
        }
        expect(complaints).toEqual([])
        for (const path of optionsIn(good())) {
          const given = changed(good(), { path: [...path, 'unknown_option'], value: 1 })
          await expect(
            (async () => (constructible(call) ? Reflect.construct(call, given) : call(...given)))(),
          ).rejects.toThrow(/unknown_option/)
        }
      })
    }

    it('should be refused in a sentence where several are wrong', async () => {
      const calls = fc.constantFrom(...rows).chain(({ name, call, good }) => {
        const change = fc.record({
          path: fc.constantFrom<readonly string[]>(...places(good()), ['0']),
          value: fc.constantFrom(...wrong),
        })
        return fc.record({
          name: fc.constant(name),
          call: fc.constant(call),
          good: fc.constant(good),
          changes: fc.array(change, { minLength: 1, maxLength: 4 }),
        })
      })
      await fc.assert(
        fc.asyncProperty(calls, async ({ name, call, good, changes }) => {
          const given = changes.reduce<readonly unknown[]>(changed, good())
          expect(await complaintOf(call, given), name).toBeUndefined()
        }),
        { numRuns: 300 },
      )
    })
  })
}
