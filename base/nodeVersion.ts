/** Returns the error message for a version of Node that is too old; `undefined` if it is new enough. */
export function complaintAboutNode(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return undefined
  return `thermograd: expected Node 22.18 or newer, got ${version}; in a checkout, npm scripts use their own Node`
}
