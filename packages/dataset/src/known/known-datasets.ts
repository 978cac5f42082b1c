/** A file of a known data set, as its maker publishes it. */
export interface KnownFile {
  readonly name: string
  readonly sizeBytes: number
  /** SHA-256 (hex). */
  readonly sha256: string
}

/** A well-known data set that can be fetched and imported. */
export interface KnownDataset {
  /** Addresses in order of preference; the name of a file is appended. */
  readonly mirrors: readonly string[]
  readonly files: readonly KnownFile[]
  readonly classNames: readonly string[]
  /** What is imported: the folder of the files, or the one archive among them. */
  readonly imports: 'folder' | 'archive'
}

/**
 * Sizes and sums are those of tensorflow/datasets (`tensorflow_datasets/url_checksums/mnist.txt`, `kmnist.txt`,
 * `cifar10.txt`), mirrors those of torchvision and of the makers.
 */
export const KNOWN_DATASETS = {
  mnist: {
    mirrors: [
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
    ],
    files: [
      {
        name: 'train-images-idx3-ubyte.gz',
        sizeBytes: 9_912_422,
        sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      },
      {
        name: 'train-labels-idx1-ubyte.gz',
        sizeBytes: 28_881,
        sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      },
      {
        name: 't10k-images-idx3-ubyte.gz',
        sizeBytes: 1_648_877,
        sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      },
      {
        name: 't10k-labels-idx1-ubyte.gz',
        sizeBytes: 4542,
        sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      },
    ],
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    imports: 'folder',
  },
  kmnist: {
    mirrors: [
      'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
      'http://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    ],
    files: [
      {
        name: 'train-images-idx3-ubyte.gz',
        sizeBytes: 18_165_135,
        sha256: '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
      },
      {
        name: 'train-labels-idx1-ubyte.gz',
        sizeBytes: 29_497,
        sha256: 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
      },
      {
        name: 't10k-images-idx3-ubyte.gz',
        sizeBytes: 3_041_136,
        sha256: 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
      },
      {
        name: 't10k-labels-idx1-ubyte.gz',
        sizeBytes: 5120,
        sha256: '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
      },
    ],
    classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    imports: 'folder',
  },
  'cifar-10': {
    mirrors: ['https://www.cs.toronto.edu/~kriz/', 'https://cave.cs.toronto.edu/kriz/'],
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        sizeBytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ],
    classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    imports: 'archive',
  },
} as const satisfies Readonly<Record<string, KnownDataset>>

/** Name of a data set that can be fetched. */
export type KnownDatasetName = keyof typeof KNOWN_DATASETS
