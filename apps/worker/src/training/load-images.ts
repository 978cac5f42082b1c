import { isBuiltIn } from '@sweepd/core'
import { type DatasetLocation, loadCanonical, loadDataset } from '@sweepd/dataset'
import type { TrialImages } from '@sweepd/model'

/** Where the images of a trial are: of those that come with sweepd, or a folder with the ones that a person added. */
export interface ImageSource {
  readonly dataset: string
  readonly location: DatasetLocation
  /** Undefined: the data set comes with sweepd. */
  readonly folder: string | undefined
}

interface Loaded {
  readonly images: TrialImages
  close(): void
}

/** The images of a process that trains, loaded once: those that come with sweepd, and of the others the last one. */
export class LoadedImages {
  private readonly builtIn = new Map<string, Promise<Loaded>>()
  private own: { readonly folder: string; readonly loading: Promise<Loaded> } | undefined

  constructor(private readonly onProgress: (message: string) => void) {}

  async load({ dataset, location, folder }: ImageSource): Promise<TrialImages> {
    const loading = folder === undefined ? this.loadBuiltIn(dataset, location) : this.loadOwn(folder)
    return (await loading).images
  }

  private loadBuiltIn(dataset: string, location: DatasetLocation): Promise<Loaded> {
    const known = this.builtIn.get(dataset)
    if (known !== undefined) return known
    const loading = loadBuiltIn(dataset, location, this.onProgress)
    // A failed load may succeed later, when the files are there.
    loading.catch(() => this.builtIn.delete(dataset))
    this.builtIn.set(dataset, loading)
    return loading
  }

  private loadOwn(folder: string): Promise<Loaded> {
    if (this.own?.folder === folder) return this.own.loading
    this.own?.loading.then(({ close }) => close()).catch(() => {})
    const loading = loadOwn(folder)
    this.own = { folder, loading }
    loading.catch(() => {
      if (this.own?.loading === loading) this.own = undefined
    })
    return loading
  }
}

async function loadBuiltIn(
  dataset: string,
  location: DatasetLocation,
  onProgress: (message: string) => void,
): Promise<Loaded> {
  if (!isBuiltIn(dataset)) throw new Error(`the data set ${dataset} was not fetched`)
  const { height, width, channels, labels, ...sets } = await loadDataset(dataset, location, { onProgress })
  return { images: { shape: [height, width, channels], classNames: labels, ...sets }, close: () => {} }
}

async function loadOwn(folder: string): Promise<Loaded> {
  const { manifest, train, validation, test, close } = await loadCanonical(folder)
  const { height, width, channels, classNames } = manifest
  const sets = { train, validation, test }
  return { images: { shape: [height, width, channels], classNames, ...sets, selection: 'by seed' }, close }
}
