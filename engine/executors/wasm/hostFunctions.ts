import { erf, flooredRemainder, power } from '../../special.ts'

/**
 * Functions that kernels call on the host, one element at a time, in float64: those too rare in training to deserve
 * vector code.
 */
export const hostFunctions = {
  sin: Math.sin,
  cos: Math.cos,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  erf,
  expm1: Math.expm1,
  log1p: Math.log1p,
  power,
  atan2: Math.atan2,
  remainder: flooredRemainder,
} as const

export type HostFunctionName = keyof typeof hostFunctions

/** In the order in which every module imports them. */
export const hostImports = (Object.keys(hostFunctions) as HostFunctionName[]).map((name) => ({
  name,
  parameterCount: hostFunctions[name].length,
}))

/** The number under which modules call a host function. */
export function hostIndex(name: HostFunctionName): number {
  return hostImports.findIndex((entry) => entry.name === name)
}
