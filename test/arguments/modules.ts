import type { Module } from '../../nn/index.ts'
import type { Row, Table } from './table.ts'

/** The rows of a module's methods: those that every module has, and its own `forward`. */
export function methodsOfModule(module: Module<unknown, never>, forward: Row): Table {
  const nothing: Row = () => []
  return {
    forward,
    namedParameters: nothing,
    parameters: nothing,
    state: nothing,
    stateDict: nothing,
    loadStateDict: () => [module.stateDict()],
    train: () => [true],
    evaluate: nothing,
    to: () => ['float32'],
    children: nothing,
    modules: nothing,
    namedVariables: () => ['network.'],
  }
}

/** The options that all downloads share. */
export const downloadOptions = {
  onProgress: () => {},
  attempts: 1,
  pauseMilliseconds: 0,
  mostBytes: 100,
  idleMilliseconds: 10,
  mostMilliseconds: 1000,
}
