import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../engine/errors.ts'

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

/** A call with one argument, or one option, replaced. */
interface Change {
  readonly argument: number
  readonly option?: string
  readonly value: unknown
}

function changed(good: readonly unknown[], { argument, option, value }: Change): unknown[] {
  const options = good[argument]
  if (option === undefined || !hasFields(options)) return good.toSpliced(argument, 1, value)
  return good.toSpliced(argument, 1, { ...options, [option]: value })
}

/** Everything about a good call that can be replaced. */
function places(good: readonly unknown[]): Omit<Change, 'value'>[] {
  return good.flatMap((value, argument) => [
    { argument },
    ...(hasFields(value) ? Object.keys(value).map((option) => ({ argument, option })) : []),
  ])
}

/** What a call that must go well or be refused threw instead. */
async function complaintOf(call: Callable, given: readonly unknown[]): Promise<string | undefined> {
  try {
    await (constructible(call) ? Reflect.construct(call, given) : call(...given))
    return undefined
  } catch (error) {
    if (error instanceof InvalidInputError && /^[^:]+: ./s.test(error.message)) return undefined
    return `${error}`
  }
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
        for (const place of places(good())) {
          for (const value of wrong) {
            const complaint = await complaintOf(call, changed(good(), { ...place, value }))
            const where = `${place.argument}${place.option ? `.${place.option}` : ''}`
            if (complaint) complaints.push(`argument ${where} as ${String(value)}: ${complaint}`)
          }
        }
        expect(complaints).toEqual([])
        for (const [argument, value] of good().entries()) {
          if (!isOptions(value)) continue
          const given = changed(good(), { argument, option: 'unknown_option', value: 1 })
          await expect(
            (async () => (constructible(call) ? Reflect.construct(call, given) : call(...given)))(),
          ).rejects.toThrow(/unknown_option/)
        }
      })
    }

    it('should be refused in a sentence where several are wrong', async () => {
      const calls = fc.constantFrom(...rows).chain(({ name, call, good }) => {
        const change = fc.record({
          place: fc.constantFrom(...places(good()), { argument: 0 }),
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
          const given = changes.reduce<readonly unknown[]>(
            (sofar, { place, value }) => changed(sofar, { ...place, value }),
            good(),
          )
          expect(await complaintOf(call, given), name).toBeUndefined()
        }),
        { numRuns: 300 },
      )
    })
  })
}
