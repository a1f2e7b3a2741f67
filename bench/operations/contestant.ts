// A child process that runs single operations with thermograd; a request names the operation.
import { currentExecutor } from '../../engine/index.ts'
import { serve } from '../serve.ts'
import { operations } from './index.ts'
import { growMemory, OperationTimer } from './timer.ts'

const { modes } = await currentExecutor()
const names = operations.map(({ name }) => name)
/** Only one at a time, because all operands together would take gigabytes. */
let current: { readonly name: string; readonly timer: OperationTimer } | undefined

await growMemory()
await serve(
  {
    versions: { node: process.versions.node },
    threads: Number(modes.threads ?? 1),
    notes: { operations: names },
  },
  (name) => {
    if (current?.name !== name) {
      current = { name, timer: new OperationTimer(operations.find((operation) => operation.name === name)!) }
    }
    return current.timer.run()
  },
)
