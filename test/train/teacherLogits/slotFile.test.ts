import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlotFile } from '../../../train/teacherLogits/slotFile.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

const slotBytes = 12
const headerBytes = 4096
const slots = 9
const about = { about: 'a test' }

const contentsArb = fc.dictionary(
  fc.integer({ min: 0, max: slots - 1 }).map(String),
  fc.uint8Array({ minLength: slotBytes, maxLength: slotBytes }),
  { minKeys: 1 },
)

/** A file of these slots. */
async function fileOf(contents: Record<string, Uint8Array>): Promise<string> {
  const path = join(await temporaryFolder(), 'slots')
  use(path, (file) => {
    for (const [slot, bytes] of Object.entries(contents)) file.write(Number(slot), bytes)
  })
  return path
}

function use<T>(path: string, work: (file: SlotFile) => T): T {
  const file = new SlotFile(path, about, slotBytes)
  try {
    return work(file)
  } finally {
    file.close()
  }
}

/** What the slots that hold something hold. */
function contentsOf(path: string): Record<string, Uint8Array> {
  return use(path, (file) => {
    const found = Array.from({ length: slots }, (_, slot) => {
      const bytes = new Uint8Array(slotBytes)
      return file.read(slot, bytes) ? [[String(slot), bytes] as const] : []
    })
    return Object.fromEntries(found.flat())
  })
}

describe('SlotFile', () => {
  it('should hold what was written, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(contentsArb, async (contents) => {
        expect(contentsOf(await fileOf(contents))).toEqual(contents)
      }),
      { numRuns: 30 },
    )
  })

  it('should hold nothing where a slot lies in another place, or in another file', async () => {
    await fc.assert(
      fc.asyncProperty(contentsArb, fc.integer({ min: 1, max: slots }), async (contents, shift) => {
        const path = await fileOf(contents)
        const bytes = await readFile(path)
        const [header, body] = [bytes.subarray(0, headerBytes), bytes.subarray(headerBytes)]
        await writeFile(path, Buffer.concat([header, Buffer.alloc(shift * (slotBytes + 4)), body]))
        expect(contentsOf(path)).toEqual({})
        const other = join(await temporaryFolder(), 'slots')
        new SlotFile(other, { about: 'another test' }, slotBytes).close()
        const headerOfOther = (await readFile(other)).subarray(0, headerBytes)
        await writeFile(path, Buffer.concat([headerOfOther, body]))
        const seen = new SlotFile(path, { about: 'another test' }, slotBytes)
        for (let slot = 0; slot < slots; slot++) expect(seen.holds(slot)).toBe(false)
        seen.close()
      }),
      { numRuns: 20 },
    )
  })

  it('should tell a hole from a slot of zeros', async () => {
    const zeros = new Uint8Array(slotBytes)
    expect(contentsOf(await fileOf({ 3: zeros }))).toEqual({ 3: zeros })
  })

  it('should hold nothing where a single bit has changed', async () => {
    await fc.assert(
      fc.asyncProperty(contentsArb, fc.nat(), fc.nat({ max: 7 }), async (contents, place, bit) => {
        const path = await fileOf(contents)
        const bytes = await readFile(path)
        const written = Object.keys(contents)
        const slot = written[place % written.length]
        bytes[headerBytes + Number(slot) * (slotBytes + 4) + (place % (slotBytes + 4))] ^= 1 << bit
        await writeFile(path, bytes)
        const { [slot]: changed, ...others } = contents
        expect(contentsOf(path)).toEqual(others)
      }),
      { numRuns: 30 },
    )
  })

  it('should hold what was whole where it was cut short, and take the rest again', async () => {
    await fc.assert(
      fc.asyncProperty(
        contentsArb,
        fc.nat({ max: headerBytes + slots * (slotBytes + 4) }),
        async (contents, length) => {
          const path = await fileOf(contents)
          const { length: before } = await readFile(path)
          await truncate(path, Math.min(length, before))
          const whole = Object.entries(contents).filter(
            ([slot]) => headerBytes + (Number(slot) + 1) * (slotBytes + 4) <= length,
          )
          expect(contentsOf(path)).toEqual(Object.fromEntries(whole))
          use(path, (file) => {
            for (const [slot, bytes] of Object.entries(contents)) file.write(Number(slot), bytes)
          })
          expect(contentsOf(path)).toEqual(contents)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('should be readable by two at once, each seeing what the other wrote', async () => {
    const path = await fileOf({})
    const bytes = Uint8Array.from({ length: slotBytes }, (_, i) => i)
    use(path, (first) =>
      use(path, (second) => {
        first.write(2, bytes)
        second.write(5, bytes)
        second.write(2, bytes)
        for (const file of [first, second]) {
          const seen = new Uint8Array(slotBytes)
          expect([2, 5, 4].map((slot) => file.read(slot, seen))).toEqual([true, true, false])
          expect(seen).toEqual(bytes)
        }
      }),
    )
  })

  it('should not be mistaken for another file', async () => {
    const path = join(await temporaryFolder(), 'slots')
    const complaint = `${path}: this file is damaged, or not the one that its name says; remove it, and it will be created again`
    await writeFile(path, 'a diary')
    expect(() => use(path, () => {})).toThrow(complaint)
    expect(await readFile(path, 'utf8')).toBe('a diary')
    const another = await fileOf({})
    expect(() => new SlotFile(another, { about: 'something else' }, slotBytes)).toThrow(
      'this file is damaged',
    )
  })

  it('should say where it cannot be', async () => {
    const path = join(await temporaryFolder(), 'missing', 'slots')
    expect(() => use(path, () => {})).toThrow(`${path}: cannot store logits here (ENOENT`)
  })
})
