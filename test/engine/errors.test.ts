import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  all,
  amax,
  amin,
  any,
  arange,
  argmax,
  argmin,
  averagePool2d,
  broadcastTo,
  concatenate,
  conv2d,
  expandDimensions,
  full,
  gather,
  globalAveragePool2d,
  InvalidInputError,
  logSoftmax,
  logSumExp,
  matmul,
  maxPool2d,
  mean,
  min,
  oneHot,
  openExecutor,
  pad,
  permute,
  reshape,
  scatterAdd,
  slice,
  softmax,
  squeeze,
  sum,
  take,
  tensor,
  variance,
  where,
  zeros,
} from '../../engine/index.ts'
import { int32 } from './numbers.ts'

const x = zeros([2, 3, 4])
const maps = zeros([2, 3, 8, 8])
const weights = zeros([4, 3, 3, 3])
const indices = int32([0, 1, 2])

const mistakes: [string, () => unknown, string][] = [
  [
    'add',
    () => x.add(zeros([5])),
    'add: shapes [2, 3, 4] and [5] do not broadcast: axis -1 is 4 in one and 5 in the other',
  ],
  [
    'where',
    () => where(zeros([2]), zeros([3]), 0),
    'where: shapes [2] and [3] and [] do not broadcast: axis -1 is 2 in one and 3 in the other',
  ],
  ['sum', () => sum(x, 3), 'sum: axis 3 does not exist in 3 dimensions'],
  ['mean', () => mean(x, 3), 'mean: axis 3 does not exist in 3 dimensions'],
  ['variance', () => variance(x, [0, 3]), 'variance: axis 3 does not exist in 3 dimensions'],
  ['amin', () => amin(x, -4), 'amin: axis -4 does not exist in 3 dimensions'],
  ['min', () => min(x, 3), 'min: axis 3 does not exist in 3 dimensions'],
  ['argmin', () => argmin(x, 3), 'argmin: axis 3 does not exist in 3 dimensions'],
  ['any', () => any(x, 3), 'any: axis 3 does not exist in 3 dimensions'],
  ['all', () => all(x, 3), 'all: axis 3 does not exist in 3 dimensions'],
  ['softmax', () => softmax(x, 3), 'softmax: axis 3 does not exist in 3 dimensions'],
  ['logSoftmax', () => logSoftmax(x, 3), 'logSoftmax: axis 3 does not exist in 3 dimensions'],
  ['logSumExp', () => logSumExp(x, 3), 'logSumExp: axis 3 does not exist in 3 dimensions'],
  ['sum twice', () => sum(x, [0, -3]), 'sum: an axis is repeated in [0, 0]'],
  ['amax', () => amax(zeros([2, 0]), 1), 'amax: axis 1 of [2, 0] is empty'],
  ['argmax', () => argmax(zeros([0]), 0), 'argmax: axis 0 of [0] is empty'],
  [
    'matmul',
    () => matmul(zeros([2, 3]), zeros([4, 5])),
    'matmul: expected equal inner lengths, got [2, 3] by [4, 5]',
  ],
  [
    'matmul batches',
    () => matmul(zeros([2, 1, 3]), zeros([3, 3, 1])),
    'matmul: shapes [2] and [3] do not broadcast: axis -1 is 2 in one and 3 in the other',
  ],
  ['matmul scalars', () => matmul(2, x), 'matmul: expected matrices or vectors, got [] and [2, 3, 4]'],
  [
    'conv2d ranks',
    () => conv2d(x, weights),
    'conv2d: expected maps [N, C, H, W] and weights [K, C/groups, R, S], got [2, 3, 4] and [4, 3, 3, 3]',
  ],
  [
    'conv2d channels',
    () => conv2d(maps, zeros([4, 2, 3, 3])),
    'conv2d: expected maps with 2 channels for weights [4, 2, 3, 3] in 1 group, got [2, 3, 8, 8]',
  ],
  [
    'conv2d groups',
    () => conv2d(maps, weights, undefined, { groups: 2 }),
    'conv2d: expected groups that divide 3 channels and 4 filters, got 2',
  ],
  [
    'conv2d kernel',
    () => conv2d(zeros([1, 3, 2, 2]), weights),
    'conv2d: expected a kernel that fits into maps [2, 2] with padding [0, 0], got [3, 3] with dilation [1, 1]',
  ],
  [
    'conv2d stride',
    () => conv2d(maps, weights, undefined, { stride: 0 }),
    'conv2d: expected stride to be an integer ≥ 1, at most 2³², or a pair [height, width] of them, got 0',
  ],
  [
    'conv2d bias',
    () => conv2d(maps, weights, zeros([5])),
    'conv2d: expected a bias of shape [4], one per filter, got [5]',
  ],
  ['maxPool2d ranks', () => maxPool2d(x, 2), 'maxPool2d: expected maps [N, C, H, W], got [2, 3, 4]'],
  [
    'maxPool2d padding',
    () => maxPool2d(maps, 2, { padding: [0, 2] }),
    'maxPool2d: expected padding of at most half the kernel [2, 2], got [0, 2]',
  ],
  ['averagePool2d', () => averagePool2d(x, 2), 'averagePool2d: expected maps [N, C, H, W], got [2, 3, 4]'],
  [
    'globalAveragePool2d',
    () => globalAveragePool2d(x),
    'globalAveragePool2d: expected maps [N, C, H, W], got [2, 3, 4]',
  ],
  [
    'reshape',
    () => reshape(x, [5, 5]),
    'reshape: expected a shape of 24 elements like [2, 3, 4], got [5, 5]',
  ],
  [
    'reshape rest',
    () => reshape(x, [5, -1]),
    'reshape of [2, 3, 4]: 24 elements are not a multiple of 5, got [5, -1]',
  ],
  [
    'permute',
    () => permute(x, [0, 0, 1]),
    'permute: expected each of the 3 axes of [2, 3, 4] once, got [0, 0, 1]',
  ],
  ['broadcastTo', () => broadcastTo(x, [2, 3, 1]), 'broadcastTo: [2, 3, 4] does not broadcast to [2, 3, 1]'],
  [
    'expandDimensions',
    () => expandDimensions(x, 5),
    'expandDimensions: axis 5 does not exist in 4 dimensions',
  ],
  ['squeeze', () => squeeze(x, 0), 'squeeze: expected axis 0 of [2, 3, 4] to have length 1'],
  ['slice index', () => slice(x, 2), 'slice: index 2 is out of range of axis 0 with length 2'],
  [
    'slice step',
    () => slice(x, [0, 2, 0]),
    'slice: expected integer bounds and a nonzero step, got [0, 2, 0]',
  ],
  [
    'slice bound',
    () => slice(x, [0.5, null]),
    'slice: expected integer bounds and a nonzero step, got [0.5, null]',
  ],
  ['slice ranges', () => slice(x, 0, 0, 0, 0), 'slice: expected at most 3 ranges for [2, 3, 4], got 4'],
  [
    'pad',
    () => pad(x, [[1, 1]]),
    'pad: expected widths to be an array of 3, each an array of 2, each an integer ≥ 0, at most 2³², got [[1, 1]]',
  ],
  [
    'concatenate',
    () => concatenate([x, zeros([2, 4, 4])]),
    'concatenate: expected shapes that match except on axis 0, got [2, 3, 4] and [2, 4, 4]',
  ],
  ['concatenate none', () => concatenate([]), 'concatenate: expected an array of at least one tensor'],
  ['gather rank', () => gather(x, 0, indices), 'gather: expected an index of the rank of [2, 3, 4], got [3]'],
  ['gather type', () => gather(zeros([3]), 0, zeros([2])), 'gather: expected int32 indices, got float32'],
  [
    'scatterAdd',
    () => scatterAdd(zeros([4, 2]), 0, int32([[0], [1]]), zeros([2, 1])),
    'scatterAdd: expected an index that matches [4, 2] except on axis 0, got [2, 1]',
  ],
  [
    'scatterAdd source',
    () => scatterAdd(zeros([4]), 0, indices, zeros([2])),
    'scatterAdd: expected source and index of one shape, got [2] and [3]',
  ],
  ['take', () => take(x, 0, zeros([2, 2], 'int32')), 'take: expected a one-dimensional index, got [2, 2]'],
  ['oneHot', () => oneHot(zeros([2]), 3), 'oneHot: expected int32 labels, got float32'],
  ['arange', () => arange(-1), 'arange: expected length to be an integer ≥ 0, at most 2³², got -1'],
  [
    'full',
    () => full([1.5], 0),
    'full: expected shape to be an array, each an integer ≥ 0, at most 2³², got [1.5]',
  ],
  [
    'tensor shape',
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    'tensor: shape [2, 2] holds 4 elements, but 3 were given',
  ],
  [
    'ragged tensor',
    () => tensor([[1, 2], [3]]),
    'tensor: nested arrays are ragged: axis 1 has 2 and 1 elements',
  ],
  [
    'words in a tensor',
    () => tensor([1, 'two' as unknown as number]),
    "tensor: expected numbers or booleans, got 'two'",
  ],
  [
    'a tensor of nothing',
    () => tensor(undefined as unknown as number),
    'tensor: expected numbers or booleans, got undefined',
  ],
]

describe('mistakes are errors of the caller, told at once', () => {
  it.each(mistakes)('%s', (_, mistake, message) => {
    expect(mistake).toThrow(InvalidInputError)
    expect(mistake).toThrow(message)
  })

  it('item of several elements', () =>
    expect(x.item()).rejects.toThrow('item: expected one element, got [2, 3, 4]'))

  it('an executor of another name', () =>
    expect(openExecutor('tpu')).rejects.toThrow(
      "device: expected one of auto, gpu, webgpu, wasm, gpujs-webasm, gpujs-cpu, reference, got 'tpu'",
    ))
})

describe('a tensor in a message or in the console', () => {
  it('should show type, shape and operation, not its insides', () => {
    const x = tensor([[1, 2]]).exp()
    expect(String(x)).toBe('Tensor(float32 [1, 2], exp)')
    expect(inspect({ x })).toBe('{ x: Tensor(float32 [1, 2], exp) }')
  })
})
