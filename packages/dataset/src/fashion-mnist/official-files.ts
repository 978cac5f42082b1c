/** One of the four files of Fashion-MNIST and what it must be. */
export interface OfficialFile {
  /** Name of the unzipped file; the official one adds `.gz`. */
  readonly name: string
  readonly content: 'images' | 'labels'
  readonly shape: readonly number[]
  /** SHA-256 (hex) of the unzipped bytes: the same for the official file and for Debian's repacked one. */
  readonly sha256: string
  /** Of the official `.gz`, which is what a download must give. */
  readonly gzipSha256: string
  readonly gzipSizeBytes: number
}

/** The four files by their part of the data set. */
export type OfficialFiles = Readonly<
  Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', OfficialFile>
>

/** Class names by class number. */
export const FASHION_MNIST_LABELS = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const

/** The sums are those of the files at zalandoresearch/fashion-mnist, whose MD5 sums its README lists. */
const OFFICIAL_FILES: OfficialFiles = {
  trainImages: {
    name: 'train-images-idx3-ubyte',
    content: 'images',
    shape: [60_000, 28, 28],
    sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    gzipSha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    gzipSizeBytes: 26_421_880,
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    content: 'labels',
    shape: [60_000],
    sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    gzipSha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    gzipSizeBytes: 29_515,
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    content: 'images',
    shape: [10_000, 28, 28],
    sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    gzipSha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    gzipSizeBytes: 4_422_102,
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    content: 'labels',
    shape: [10_000],
    sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    gzipSha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    gzipSizeBytes: 5_148,
  },
}

/** Every fact about where Fashion-MNIST comes from; tests give another one. */
export interface FashionMnistOrigin {
  readonly files: OfficialFiles
  /** Addresses in order of preference; `NAME.gz` is appended. */
  readonly mirrors: readonly string[]
  /** Where Debian's package dataset-fashion-mnist puts the files. */
  readonly debianDir: string
  /** A download that sends nothing for this long is aborted. */
  readonly stallTimeoutMs: number
}

export const OFFICIAL_ORIGIN: FashionMnistOrigin = {
  files: OFFICIAL_FILES,
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  ],
  debianDir: '/usr/share/datasets/fashion-mnist',
  stallTimeoutMs: 20_000,
}
