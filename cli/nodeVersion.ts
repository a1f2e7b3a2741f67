/** What is wrong with this version of Node, in a sentence; nothing if it will do. */
export function complaintAboutNode(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return undefined
  return `thermograd: expected Node 22.18 or newer, this is ${version}; npm scripts of the package bring their own`
}
