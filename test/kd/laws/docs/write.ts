import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lawsPage } from './page.ts'

/** Writes docs/laws.md. */
await writeFile(join(import.meta.dirname, '../../../../docs/laws.md'), await lawsPage())
