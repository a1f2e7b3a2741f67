export {
  crossEntropyDefinition,
  type Definition,
  type Divergence,
  decoupled,
  divergence,
  type JointDefinition,
  meanOf,
  othersTerm,
  type Sample,
  targetTerm,
  tempered,
  weighted,
} from './definition.ts'
export { definitionOf, type Formula, type JointFormula, jointDefinitionOf } from './formula.ts'
export * from './furtherDefinitions.ts'
export * from './rows.ts'
export * from './temperatureRules.ts'
