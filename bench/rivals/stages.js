/** Blocks per stage, and channels of the stem, of the networks that the JavaScript rivals have. */
const stages = { resnet8x4: [1, 32], resnet32x4: [5, 32], resnet20: [3, 16] }

/** Returns the stages, or throws if one of a job's networks is not there. */
export function stagesOf(...networks) {
  const missing = networks.find((name) => name !== undefined && !(name in stages))
  if (missing === undefined) return stages
  throw new Error(`${missing} is missing here; there are only ${Object.keys(stages).join(', ')}`)
}
