import { check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { reshape, type Tensor, transpose } from '../../engine/index.ts'
import { format } from '../../engine/shape.ts'
import { tensorRule, widthRule } from '../arguments.ts'
import { Module } from '../module.ts'

/**
 * Interleaves the groups of channels of maps [N, C, H, W]: channel i·groups + g of the output is channel i of group g
 * of the input. Zhang et al. 2018, "ShuffleNet", figure 1 (c). PyTorch: `torch.nn.ChannelShuffle`.
 */
export class ChannelShuffle extends Module {
  readonly groups: number

  constructor(groups: number) {
    check('ChannelShuffle', 'groups', groups, widthRule)
    super()
    this.groups = groups
  }

  override forward(x: Tensor): Tensor {
    check('ChannelShuffle', 'x', x, tensorRule)
    const [count, channels, ...size] = x.shape
    demand(
      x.rank === 4 && channels % this.groups === 0,
      () =>
        `ChannelShuffle: expected maps [N, C, H, W] of C in ${this.groups} groups, got ${format(x.shape)}`,
    )
    const grouped = reshape(x, [count, this.groups, channels / this.groups, ...size])
    return reshape(transpose(grouped, 1, 2), x.shape)
  }
}
