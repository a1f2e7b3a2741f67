/** What is wrong with this version of Node, in a sentence; `undefined` if it is new enough. */
export function complaintAboutNode(version: string): string | undefined {
  const [major, minor] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return undefined
  return `thermograd: expected Node 22.18 or newer, this is ${version}; in a checkout, npm scripts bring their own`
}
