import '../base/requireNode.ts'
import './methods.ts'

export { InvalidInputError } from '../base/errors.ts'
export { type Key, RandomStream, streamKey } from '../base/random.ts'
export { grad, gradWhereReached } from './autograd.ts'
export {
  type Choice,
  currentExecutor,
  type DeviceName,
  deviceNames,
  openExecutor,
  useExecutor,
} from './device.ts'
export type { DType, HostArray } from './dtype.ts'
export type { HostView, Nested, TypedArray } from './elements.ts'
export type { Executor } from './executor.ts'
export { GradientCheckError, type GradientCheckOptions, gradientCheck } from './gradientCheck.ts'
export { numericsOf } from './numerics.ts'
export * from './operations/index.ts'
export { type PlanSummary, planOf, type ReadOptions, realize, realizeOn, type Stateful } from './realize.ts'
export type { Shape } from './shape.ts'
export {
  deferredTensor,
  Tensor,
  type TensorLike,
  type TensorOptions,
  tensor,
} from './tensor.ts'
export { Variable, variable, withoutAssignments } from './variable.ts'
export { withGradient } from './withGradient.ts'
