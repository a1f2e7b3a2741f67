const set = new Set<string>()

/**
 * Sets a flag of V8 for the process, which applies to code compiled later, if this is Node; returns whether it is. Setting it
 * again costs nothing.
 */
export function setV8Flag(flag: string): boolean {
  const v8 = globalThis.process?.getBuiltinModule?.('node:v8')
  if (v8 === undefined) return false
  if (!set.has(flag)) v8.setFlagsFromString(flag)
  set.add(flag)
  return true
}
