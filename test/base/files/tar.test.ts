import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { packTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { filesInTar } from '../../../base/files/tar.ts'

interface Entry {
  readonly body: Uint8Array
  readonly isRead: boolean
}

const entryArb: fc.Arbitrary<Entry> = fc.record({
  body: fc.nat({ max: 9000 }).map((length) => Uint8Array.from({ length }, (_, place) => place + length)),
  isRead: fc.boolean(),
})

function archiveOf(entries: readonly Entry[]): Promise<Uint8Array> {
  return packTar(
    entries.map(({ body }, index) => ({ header: { name: `folder/${index}`, size: body.length }, body })),
  )
}

/** The archive in pieces of so many bytes. */
async function* pieces(archive: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < archive.length; start += length) yield archive.slice(start, start + length)
}

describe('the files in a tar archive', () => {
  it('should come whole, whichever of the others are passed over and however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entryArb, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 100, max: 30_000 }),
        async (entries, length) => {
          const seen: string[] = []
          for await (const { path, size, chunks } of filesInTar(
            pieces(await archiveOf(entries), length),
            'damaged',
          )) {
            const { body, isRead } = entries[seen.length]
            seen.push(path)
            expect(size).toBe(body.length)
            if (isRead) expect(Buffer.compare(await buffer(chunks), body)).toBe(0)
          }
          expect(seen).toEqual(entries.map((_, index) => `folder/${index}`))
        },
      ),
    )
  })

  it('should end with the sentence where the archive does, whether anybody reads the file or not', async () => {
    const body = new Uint8Array(5000).fill(7)
    const archive = (await archiveOf([{ body, isRead: true }])).subarray(0, 3000)
    for (const isRead of [true, false]) {
      const read = async () => {
        for await (const { chunks } of filesInTar(pieces(archive, 512), 'a.tar: is damaged')) {
          if (isRead) await buffer(chunks)
        }
      }
      await expect(read()).rejects.toThrow('a.tar: is damaged (Tar archive is truncated.)')
    }
  })
})
