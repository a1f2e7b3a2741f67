export { Adam, type AdamOptions, AdamW } from './adam.ts'
export { DOT, type DOTOptions, type PartialGradients } from './dot.ts'
export { type LossParts, type Minimizer, Optimizer } from './optimizer.ts'
export { SGD, type SGDOptions } from './sgd.ts'
