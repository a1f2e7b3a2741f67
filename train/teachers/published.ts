/** Teachers published in one tar archive. */
export interface PublishedTeachers {
  readonly dataset: string
  readonly url: string
  readonly teachers: readonly PublishedTeacher[]
}

export interface PublishedTeacher {
  readonly model: string
  /** Path in the archive. */
  readonly file: string
  /** Published test accuracy in percent. */
  readonly top1: number
}

/**
 * mdistiller's teachers for CIFAR-100: https://github.com/megvii-research/mdistiller, section "Training on CIFAR-100",
 * and the accuracies of its README. They come from RepDistiller (Tian et al. 2020). No checksum of the archive has been
 * published.
 */
export const mdistillerTeachers: PublishedTeachers = {
  dataset: 'cifar100',
  url: 'https://github.com/megvii-research/mdistiller/releases/download/checkpoints/cifar_teachers.tar',
  teachers: [
    teacher('resnet56', 72.34),
    teacher('resnet110', 74.31),
    teacher('resnet32x4', 79.42),
    teacher('ResNet50', 79.34),
    teacher('wrn_40_2', 75.61),
    teacher('vgg13', 74.64),
  ],
}

function teacher(model: string, top1: number): PublishedTeacher {
  return { model, file: `cifar_teachers/${model}_vanilla/ckpt_epoch_240.pth`, top1 }
}
