import type { TrialDetail } from '@sweepd/core'
import { useQuery } from '@tanstack/react-query'
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Card, ErrorNotice, Loading } from '../parts/feedback'
import { formatShare } from '../words/format'
import { clearDrawing, drawPicture, drawStroke, readPixels } from './drawing'
import { fetchModel } from './fetch-model'

/** Pixels of the square that is drawn on: several for each of the network. */
const SIDE = 224

/** A square to draw on, and what the trial's network takes the drawing for; computed in this page. */
export default function TryItCard({ trial }: { readonly trial: TrialDetail }) {
  const { data: model, error } = useQuery({
    queryKey: ['model', trial.id],
    queryFn: ({ signal }) => fetchModel(trial.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
  if (error)
    return (
      <Card title="Try it">
        <ErrorNotice error={error} />
      </Card>
    )
  if (model === undefined) return <Loading what="the trained network" height={300} />
  if (model === null) return null
  return (
    <Drawing model={model} labels={trial.score?.perClass.map(({ label }) => label) ?? []} trial={trial} />
  )
}

interface DrawingProps {
  readonly model: NonNullable<Awaited<ReturnType<typeof fetchModel>>>
  readonly labels: readonly string[]
  readonly trial: TrialDetail
}

function Drawing({ model, labels, trial }: DrawingProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const last = useRef<readonly [x: number, y: number]>(undefined)
  const [pixels, setPixels] = useState<Float32Array>()
  const [fault, setFault] = useState<unknown>()
  const probabilities = useMemo(() => pixels && model.predict(pixels), [model, pixels])
  const [height, width] = model.inputShape

  useEffect(() => {
    if (canvas.current) clearDrawing(canvas.current)
  }, [])
  const look = () => canvas.current && setPixels(readPixels(canvas.current, model.inputShape))
  const placeOf = (event: PointerEvent<HTMLCanvasElement>): readonly [x: number, y: number] => {
    const box = event.currentTarget.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE]
  }
  const draw = (event: PointerEvent<HTMLCanvasElement>) => {
    if (last.current === undefined) return
    const place = placeOf(event)
    drawStroke(event.currentTarget, last.current, place)
    last.current = place
    look()
  }
  const take = async (file: File | undefined) => {
    setFault(undefined)
    if (file === undefined || canvas.current === null) return
    try {
      await drawPicture(canvas.current, file)
      look()
    } catch (cause) {
      setFault(
        new Error(`${file.name} is not a picture that this browser reads; choose a PNG or JPEG.`, { cause }),
      )
    }
  }
  return (
    <Card
      title="Try it"
      note={`draw with white on black, or take a picture; it is shrunk to ${width} × ${height} pixels and stays in this browser`}
      end={
        <a className="button" href={`/trials/${trial.id}/model.json`} download="model.json">
          model.json
        </a>
      }
    >
      <div className="try-it">
        <div>
          <canvas
            ref={canvas}
            width={SIDE}
            height={SIDE}
            role="img"
            aria-label="The image to classify: draw here, or choose a picture below"
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId)
              last.current = placeOf(event)
              draw(event)
            }}
            onPointerMove={draw}
            onPointerUp={() => {
              last.current = undefined
            }}
          />
          <div className="row">
            <button
              type="button"
              onClick={() => {
                if (canvas.current) clearDrawing(canvas.current)
                setPixels(undefined)
              }}
            >
              Clear
            </button>
            <label className="button">
              Choose a picture
              <input
                type="file"
                accept="image/*"
                className="visually-hidden"
                onChange={(event) => take(event.target.files?.[0])}
              />
            </label>
          </div>
          {fault !== undefined && <ErrorNotice error={fault} />}
        </div>
        <Probabilities labels={labels} probabilities={probabilities} />
      </div>
    </Card>
  )
}

interface ProbabilitiesProps {
  readonly labels: readonly string[]
  readonly probabilities: Float32Array | undefined
}

/** Classes shown: of a thousand, the tail is nothing to read. */
const SHOWN = 10

function Probabilities({ labels, probabilities }: ProbabilitiesProps) {
  const ranked = labels
    .map((label, index) => ({ label, probability: probabilities?.[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, SHOWN)
  return (
    <div aria-live="polite">
      <table className="lined">
        <caption className="small soft">
          {probabilities === undefined
            ? 'Nothing is drawn yet.'
            : `Most likely ${ranked[0]?.label}, ${formatShare(ranked[0]?.probability ?? 0)}`}
          {labels.length > SHOWN && ` (${SHOWN} most likely of ${labels.length} classes)`}
        </caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col" className="number">
              probability
            </th>
          </tr>
        </thead>
        <tbody>
          {ranked.map(({ label, probability }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td
                className="number"
                style={{
                  background: `linear-gradient(90deg, var(--accent-soft) ${100 * probability}%, transparent ${100 * probability}%)`,
                }}
              >
                {probabilities === undefined ? '–' : formatShare(probability)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
