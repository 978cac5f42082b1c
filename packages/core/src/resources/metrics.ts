import { z } from 'zod'

/** Keras' names, in the order in which they are shown. */
export const METRIC_NAMES = ['loss', 'acc', 'val_loss', 'val_acc', 'test_loss', 'test_acc'] as const
/** A metric of a trial. */
export type MetricName = (typeof METRIC_NAMES)[number]

/** Ascending or descending. */
export type SortOrder = 'asc' | 'desc'

/** Best first: accuracies descend, losses ascend. */
export const bestFirst = (metric: MetricName): SortOrder => (metric.endsWith('acc') ? 'desc' : 'asc')

/** What one epoch measured, as it is stored and shown. */
export const epochMetricsSchema = z
  .strictObject({
    epoch: z.int().min(1).describe('counted from 1'),
    loss: z.number().describe('mean training loss over the epoch, penalties included'),
    acc: z.number().describe('training accuracy over the epoch, 0 to 1'),
    val_loss: z.number().describe('loss on the validation images after the epoch'),
    val_acc: z.number().describe('accuracy on the validation images after the epoch, 0 to 1'),
    durationMs: z.number().min(0).describe('wall time of the epoch in milliseconds, validation included'),
  })
  .meta({ id: 'EpochMetrics' })

/** What one epoch of one trial measured. */
export type EpochMetrics = z.output<typeof epochMetricsSchema>

/** Precision, recall and F1 of one class on the test images. */
const classReportSchema = z
  .strictObject({
    label: z.string(),
    precision: z.number(),
    recall: z.number(),
    f1: z.number(),
    support: z.int().describe('test images of this class'),
  })
  .meta({ id: 'ClassReport' })

/** How a finished trial did on the test images, as it is stored and shown. */
export const scoreSchema = z
  .strictObject({
    test_loss: z.number(),
    test_acc: z.number(),
    confusionMatrix: z
      .array(z.array(z.int()))
      .describe('row: true class, column: predicted class, in images'),
    perClass: z.array(classReportSchema),
  })
  .meta({ id: 'Score' })

/** How a finished trial did on the test images. */
export type Score = z.output<typeof scoreSchema>
