export type { TestFramework } from '../../base/laws/framework.ts'
export {
  type Counterexample,
  checkAll,
  formatBroken,
  formatReport,
  type Law,
  type Report,
  search,
  type Trial,
  type Verdict,
} from '../../base/laws/law.ts'
export {
  anyNumber,
  broadcastableShapes,
  gridNumber,
  permutation,
  type ShapeConstraints,
  shape,
  type TensorConstraints,
  tensorOf,
  wholeNumber,
} from './arbitraries.ts'
export { type CheckOptions, checkExecutor, checkOperation } from './check.ts'
export { type DescribeOptions, describeExecutor, describeOperation } from './describeLaws.ts'
export { executorLaws, expressionLaws, primitiveLaws } from './executorLaws.ts'
export {
  type Expression,
  type ExpressionConstraints,
  evaluate,
  expression,
  type Step,
} from './expression.ts'
export { lawsOf, type Operation } from './operationLaws.ts'
