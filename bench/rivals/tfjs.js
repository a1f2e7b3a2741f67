// The step of a job in TensorFlow.js, in a process of its own.
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm'
import { milliseconds } from '../measure.ts'
import { serve } from '../serve.ts'
import { stepOf } from './tfjsStep.js'

const backend = process.argv[3]
await tf.setBackend(backend)
const step = stepOf(JSON.parse(process.argv[2]))
const versions = { '@tensorflow/tfjs': tf.version.tfjs, node: process.versions.node }
const threads = backend === 'wasm' ? getThreadsCount() : 1
await serve({ versions, threads, notes: { backend } }, () => milliseconds(step))
