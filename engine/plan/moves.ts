import type { Expansions } from './scheduler.ts'
import { orderOf, sliceView } from './view.ts'

/** Expansions of embed and concatenate into copies, for executors without kernels for them. */
export const moveExpansions = <Calls>(): Expansions<Calls, 'embed' | 'concatenate'> => ({
  embed(scheduler, { attributes, shape, dtype }, [x]) {
    const output = scheduler.allocate(shape, dtype, orderOf(x))
    const inside = sliceView(output, attributes.starts, attributes.steps, x.shape)
    scheduler.emit({ kind: 'clear', value: output.value, except: inside })
    scheduler.copy(x, inside)
    return output
  },

  concatenate(scheduler, { attributes, shape, dtype }, inputs) {
    const axis = attributes.axis
    const output = scheduler.allocate(shape, dtype, orderOf(inputs[0]))
    const starts = shape.map(() => 0)
    for (const input of inputs) {
      scheduler.copy(
        input,
        sliceView(
          output,
          starts,
          shape.map(() => 1),
          input.shape,
        ),
      )
      starts[axis] += input.shape[axis]
    }
    return output
  },
})
