import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { api } from '../data/api'
import { useSweep } from '../data/queries'
import { queryClient } from '../data/query-client'
import { useSearchState } from '../data/search-state'
import { Card, ErrorNotice, Loading } from '../parts/feedback'
import { usePageTitle } from '../shell/page-title'
import { definitionOf, formatDefinition } from '../sweep/definition-of'
import { DefinitionForm } from './definition-form'
import { type Draft, readDraft } from './draft'
import { PreFlight, usePreFlight } from './pre-flight'

const FIRST = 'synthetic-quick'

/** A sweep to be: from the draft in the URL, an earlier sweep, or an example. */
export default function NewSweepPage() {
  const [search] = useSearchState()
  const from = search.get('from')
  const { data: sweep, error } = useSweep(from ?? '', from !== null)
  usePageTitle('New sweep')
  const source =
    search.get('draft') ??
    (from === null ? readExample(search.get('example')) : sweep && formatDefinition(definitionOf(sweep)))
  if (source !== undefined) return <Editor source={source} />
  return error ? <ErrorNotice error={error} /> : <Loading what="the sweep" height={520} />
}

function readExample(name: string | null): string {
  const example = EXAMPLE_SWEEPS.find((one) => one.name === (name ?? FIRST)) ?? EXAMPLE_SWEEPS[0]
  return formatDefinition(example?.definition ?? {})
}

/** Form and JSON side by side; the text is the truth, and what is typed goes to the URL. */
function Editor({ source }: { readonly source: string }) {
  const [text, edit] = useDraftText(source)
  const [, navigate] = useLocation()
  const read = readDraft(text)
  const show = (definition: unknown) => edit(formatDefinition(definition))
  // The last draft that could be read, so that the form stays while the JSON is broken for a moment.
  const last = useRef<Draft>({})
  if (read.kind === 'draft') last.current = read.draft
  const key = useRef(createKey())
  const { mutate, isPending, error } = useMutation({
    mutationFn: (draft: Draft) => api.createSweep(draft, { idempotencyKey: key.current }),
    onSuccess: (sweep) => {
      queryClient.setQueryData(['sweep', sweep.id], sweep)
      void queryClient.invalidateQueries({ queryKey: ['sweeps'] })
      navigate(`/sweeps/${sweep.id}`)
    },
    onError: () => {
      key.current = createKey()
    },
  })
  const { preview } = usePreFlight(read)
  return (
    <>
      <div className="page-head">
        <h1>New sweep</h1>
        <div className="actions">
          <button
            type="button"
            className="primary"
            disabled={preview === undefined || isPending}
            onClick={() => read.kind === 'draft' && mutate(read.draft)}
          >
            {isPending
              ? 'Starting…'
              : preview
                ? `Start ${preview.trials === 1 ? '1 trial' : `${preview.trials} trials`}`
                : 'Start'}
          </button>
        </div>
      </div>
      <div className="row">
        <span className="soft">Examples:</span>
        {EXAMPLE_SWEEPS.map(({ name, definition }) => (
          <button key={name} type="button" className="chip" onClick={() => show(definition)}>
            {name}
          </button>
        ))}
      </div>
      {error && <ErrorNotice error={error} />}
      <PreFlight read={read} />
      <div className="columns">
        <Card title="As a form" note={read.kind === 'broken' ? 'as it was before the JSON broke' : undefined}>
          <DefinitionForm
            draft={last.current}
            problems={read.kind === 'draft' ? read.problems : []}
            onChange={show}
          />
        </Card>
        <Card title="As JSON" note="either edits the other">
          <textarea
            className="json"
            aria-label="Definition as JSON"
            value={text}
            spellCheck={false}
            aria-invalid={read.kind === 'broken'}
            onChange={({ target }) => edit(target.value)}
          />
        </Card>
      </div>
    </>
  )
}

const DRAFT_PAUSE_MS = 300

/** The text being edited: it goes to the URL after a pause, and follows the URL when that is changed elsewhere. */
function useDraftText(source: string): [string, (text: string) => void] {
  const [text, setText] = useState(source)
  const [, change] = useSearchState()
  const known = useRef(source)
  useEffect(() => {
    if (source === known.current) return
    known.current = source
    setText(source)
  }, [source])
  useEffect(() => {
    if (text === known.current) return
    const timer = setTimeout(() => {
      known.current = text
      change({ draft: text, from: null, example: null })
    }, DRAFT_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, change])
  return [text, setText]
}

/** Names the request, so that a second click or a broken connection makes no second sweep. */
function createKey(): string {
  // randomUUID is for secure contexts only, and the dashboard may be reached by plain HTTP in a private network.
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join('-')
}
