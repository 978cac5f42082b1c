import type { Sweep } from '@sweepd/core'
import { useState } from 'react'
import { Card } from '../parts/feedback'
import { definitionOf, formatDefinition } from './definition-of'

/** The definition as JSON, to be copied. */
export function DefinitionView({ sweep }: { readonly sweep: Sweep }) {
  const text = formatDefinition(definitionOf(sweep))
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setIsCopied(true)
  }
  return (
    <Card
      title="Definition"
      note="as it was sent, with every default filled in"
      end={
        <button type="button" onClick={copy}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      }
    >
      <div className="scroll">
        <pre>{text}</pre>
      </div>
    </Card>
  )
}
