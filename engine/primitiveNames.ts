/** Elementwise primitives of one operand. */
export type UnaryName =
  | 'negate'
  | 'abs'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'erf'
  | 'logicalNot'

/** Elementwise primitives of two operands of one type. */
export type BinaryName =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'remainder'
  | 'power'
  | 'atan2'
  | 'maximum'
  | 'minimum'
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'logicalAnd'
  | 'logicalOr'

/** The scalar functions that loops apply to each element: the language that each executor lowers to its own code. */
export type ScalarName = UnaryName | BinaryName | 'where' | 'cast'

/** Primitives without operands: numbers that the recipe itself holds. */
export type ConstantName = 'literal' | 'iota'

/** Primitives that fold axes to length 1. */
export type ReductionName = 'sum' | 'amax' | 'argmax'

/** Primitives that only say where elements are. */
export type MovementName = 'reshape' | 'permute' | 'broadcastTo' | 'slice' | 'embed' | 'concatenate'

export type ConvolutionName = 'conv2d' | 'conv2dInputGradient' | 'conv2dWeightGradient'

/** Everything that an executor must be able to do. All other operations are composed of these. */
export type PrimitiveName =
  | ScalarName
  | ConstantName
  | ReductionName
  | MovementName
  | ConvolutionName
  | 'detach'
  | 'matmul'
  | 'maxPool2dIndices'
  | 'gather'
  | 'scatterAdd'
  | 'randomBits'
