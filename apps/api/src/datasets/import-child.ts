import { DatasetError, type ImportOptions, importDataset } from '@sweepd/dataset'

/** What is to be imported, and where to. */
export interface ToImport {
  readonly source: string
  readonly target: string
  readonly options: ImportOptions
}

/** How an import ended. `refused`: the fault is in the file, or in the options. */
export type FromImport =
  | { readonly type: 'done' }
  | { readonly type: 'refused' | 'full' | 'failed'; readonly message: string }

process.on('disconnect', () => process.exit(1))
process.on('message', ({ source, target, options }: ToImport) => {
  importDataset(source, options, target).then(
    () => send({ type: 'done' }),
    (error: unknown) => send(describe(error)),
  )
})

function describe(error: unknown): FromImport {
  const message = error instanceof Error ? error.message : String(error)
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return { type: 'full', message }
  return { type: error instanceof DatasetError ? 'refused' : 'failed', message }
}

function send(answer: FromImport): void {
  process.send?.(answer, () => {})
}
