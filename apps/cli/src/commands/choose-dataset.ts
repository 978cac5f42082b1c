import { isBuiltIn } from '@sweepd/core'
import { renderWarningBox } from '../render/warning-box.js'
import type { CommandContext } from './context.js'

/** The wanted data set if it can be had, downloading it if need be; else, after a loud warning, `synthetic`. */
export async function chooseDataset(
  wanted: string,
  { env, terminal }: CommandContext,
  signal: AbortSignal,
): Promise<string> {
  // The service knows the data sets that were added.
  if (!isBuiltIn(wanted)) return wanted
  const location = { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR }
  const onProgress = (message: string) => terminal.print(`Data set: ${message}`)
  const { DatasetError, loadDataset } = await import('@sweepd/dataset')
  try {
    // What it loads is dropped again: the worker's trainers load their own. It checks the files whole.
    await loadDataset(wanted, location, { signal, onProgress })
    return wanted
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    const title = 'Fashion-MNIST is unavailable. This quickstart trains on SYNTHETIC images instead.'
    const text = `${error.message}\n\nThe accuracies below say nothing about Fashion-MNIST.`
    terminal.print('', ...renderWarningBox(title, text, terminal.width, terminal.paint), '')
    return 'synthetic'
  }
}
