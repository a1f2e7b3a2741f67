/** Blocks per stage, and channels of the stem, of the networks that the JavaScript rivals have. */
const stages = { resnet8x4: [1, 32], resnet32x4: [5, 32], resnet20: [3, 16] }

/** Returns the stages of a network. */
export function stagesOf(network) {
  const found = stages[network]
  if (found) return found
  throw new Error(`${network} is missing here; there are only ${Object.keys(stages).join(', ')}`)
}
