import { distillerNames, type MethodName } from '../../../kd/index.ts'

/** Every method, small enough to differentiate, and again with options that make it another. */
export const variants: readonly [MethodName, object][] = [
  ...distillerNames.map((name): [MethodName, object] => [
    name,
    name === 'crd' ? { negatives: 5, dimensions: 3 } : {},
  ]),
  ['fitnet', { stage: 1 }],
  ['fitnet', { hintEpochs: 4 }],
  ['fitnet', { hintEpochs: 2 }],
  ['at', { power: 1.5, distance: 'norm' }],
  ['pkt', { self: 'excluded' }],
  ['vid', { variances: 'fixed' }],
  ['crd', { negatives: 40, dimensions: 3, positive: 'relaxed' }],
  ['reviewkd', { studentMaps: 'preactivated', warmUp: 0 }],
  ['kdsvd', { vectors: 2, matrix: 'width' }],
]
