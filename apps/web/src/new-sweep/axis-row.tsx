import {
  type FieldProblem,
  type HyperparameterName,
  hyperparametersSchema,
  sweepDefinitionSchema,
} from '@sweepd/core'
import { useEffect, useState } from 'react'
import { formatValue } from '../words/format'
import { type AxisMode, convertAxis, type Draft, formatTyped, parseTyped, readAxis, withAxis } from './draft'

const DEFAULTS = hyperparametersSchema.parse({})

const MODE_WORDS: Readonly<Record<AxisMode, string>> = {
  default: 'default',
  fixed: 'fixed',
  choices: 'choices',
  range: 'range',
}

const spaceShape = sweepDefinitionSchema.shape.space.shape

/** Whether the hyperparameter may vary over a range: core's own schema says so. */
const mayRange = (name: HyperparameterName): boolean =>
  [1, 0.5].some((end) => spaceShape[name].safeParse({ min: end, max: end, steps: 1 }).success)

interface AxisRowProps {
  readonly name: HyperparameterName
  readonly draft: Draft
  readonly problems: readonly FieldProblem[]
  readonly onChange: (draft: Draft) => void
}

/** One hyperparameter: left at its default, fixed, or varied over choices or a range. */
export function AxisRow({ name, draft, problems, onChange }: AxisRowProps) {
  const { mode, value } = readAxis(draft, name)
  const faults = problems.filter(({ pointer }) => new RegExp(`^#/(space|fixed)/${name}(/|$)`).test(pointer))
  const modes = (Object.keys(MODE_WORDS) as AxisMode[]).filter(
    (option) => option !== 'range' || mayRange(name) || mode === 'range',
  )
  const setMode = (next: AxisMode) =>
    onChange(withAxis(draft, name, next, convertAxis(value, mode, next, DEFAULTS[name])))
  const set = (next: unknown) => onChange(withAxis(draft, name, mode, next))
  const isFaulty = faults.length > 0
  return (
    <div className={`axis-row ${mode === 'default' ? 'untouched' : ''}`}>
      <span className="name">{name}</span>
      <select
        aria-label={`How ${name} is set`}
        value={mode}
        onChange={({ target }) => setMode(target.value as AxisMode)}
      >
        {modes.map((option) => (
          <option key={option} value={option}>
            {MODE_WORDS[option]}
          </option>
        ))}
      </select>
      <div className="value">
        {mode === 'default' && <span className="soft">{formatValue(DEFAULTS[name])}</span>}
        {(mode === 'fixed' || mode === 'choices') && (
          <TypedInput
            label={`${name}, ${mode}`}
            value={value}
            isList={mode === 'choices'}
            isFaulty={isFaulty}
            onChange={set}
          />
        )}
        {mode === 'range' && (
          <RangeFields name={name} range={value as RangeDraft} isFaulty={isFaulty} onChange={set} />
        )}
      </div>
      {mode !== 'default' && !isFaulty && <span className="hint">{describe(name, mode)}</span>}
      {faults.map(({ pointer, detail }) => (
        <span key={pointer} className="hint fault" role="alert">
          {detail}
        </span>
      ))}
    </div>
  )
}

function describe(name: HyperparameterName, mode: AxisMode): string {
  const description =
    hyperparametersSchema.shape[name].unwrap().description ?? spaceShape[name].unwrap().description ?? ''
  return [description, mode === 'choices' ? 'choices are separated by commas' : '']
    .filter((text) => text !== '')
    .join('; ')
}

interface TypedInputProps {
  readonly label: string
  readonly value: unknown
  readonly isList: boolean
  readonly isFaulty: boolean
  readonly onChange: (value: unknown) => void
}

/** Keeps what is being typed as it is; follows the draft when that is changed elsewhere. */
function TypedInput({ label, value, isList, isFaulty, onChange }: TypedInputProps) {
  const [text, setText] = useState(() => formatTyped(value, isList))
  useEffect(() => {
    setText((typed) =>
      JSON.stringify(parseTyped(typed, isList)) === JSON.stringify(value)
        ? typed
        : formatTyped(value, isList),
    )
  }, [value, isList])
  return (
    <input
      aria-label={label}
      aria-invalid={isFaulty}
      value={text}
      spellCheck={false}
      autoCapitalize="off"
      onChange={({ target }) => {
        setText(target.value)
        onChange(parseTyped(target.value, isList))
      }}
    />
  )
}

interface RangeDraft {
  readonly min?: unknown
  readonly max?: unknown
  readonly scale?: unknown
  readonly steps?: unknown
}

interface RangeFieldsProps {
  readonly name: string
  readonly range: RangeDraft
  readonly isFaulty: boolean
  readonly onChange: (range: RangeDraft) => void
}

function RangeFields({ name, range, isFaulty, onChange }: RangeFieldsProps) {
  const field = (key: 'min' | 'max' | 'steps') => (
    <TypedInput
      label={`${name}, ${key}`}
      value={range[key] ?? null}
      isList={false}
      isFaulty={isFaulty}
      onChange={(value) => onChange({ ...range, [key]: value })}
    />
  )
  return (
    <div className="range">
      {field('min')}
      {field('max')}
      <select
        aria-label={`${name}, scale`}
        value={range.scale === 'log' ? 'log' : 'linear'}
        onChange={({ target }) => onChange({ ...range, scale: target.value })}
      >
        <option value="linear">linear</option>
        <option value="log">log</option>
      </select>
      {field('steps')}
    </div>
  )
}
