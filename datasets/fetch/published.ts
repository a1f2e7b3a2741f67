/** A published archive. */
export interface PublishedArchive {
  readonly dataset: string
  readonly layout: ArchiveLayout
  readonly file: string
  readonly url: string
  /** MD5 in hexadecimal. */
  readonly md5: string
}

/** The format of the files in an archive: records of bytes, or pickles. */
export type ArchiveLayout = 'binary' | 'python'

/** A. Krizhevsky's archives of CIFAR, with the checksums on his page. */
export const publishedArchives: readonly PublishedArchive[] = [
  archive('cifar100', 'binary', 'cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8'),
  archive('cifar100', 'python', 'cifar-100-python.tar.gz', 'eb9058c3a382ffc7106e4002c42a8d85'),
  archive('cifar10', 'binary', 'cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530'),
  archive('cifar10', 'python', 'cifar-10-python.tar.gz', 'c58f30108f718f92721af3b95e74349a'),
]

function archive(dataset: string, layout: ArchiveLayout, file: string, md5: string): PublishedArchive {
  return { dataset, layout, file, url: `https://www.cs.toronto.edu/~kriz/${file}`, md5 }
}
