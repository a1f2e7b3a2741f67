// The step of a job in jax-js, in a process of its own.
import { readFileSync } from 'node:fs'
import { milliseconds } from '../measure.ts'
import { serve } from '../serve.ts'
import { stepOf } from './jaxStep.js'

const step = await stepOf(JSON.parse(process.argv[2]))
const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url)),
)
await serve({ versions: { '@jax-js/jax': version, node: process.versions.node }, threads: 1 }, () =>
  milliseconds(step),
)
