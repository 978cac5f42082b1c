import { DATASET_NAMES, type FieldProblem, HYPERPARAMETER_NAMES, METRIC_NAMES } from '@sweepd/core'
import type { ReactNode } from 'react'
import { AxisRow } from './axis-row'
import { type Draft, readAxis, withField } from './draft'

interface DefinitionFormProps {
  readonly draft: Draft
  readonly problems: readonly FieldProblem[]
  readonly onChange: (draft: Draft) => void
}

/** The draft as fields; what it has no field for stays as it is. */
export function DefinitionForm({ draft, problems, onChange }: DefinitionFormProps) {
  const set = (field: string) => (value: unknown) => onChange(withField(draft, field, value))
  const objective = asObject(draft['objective'])
  const faultOf = (field: string) =>
    problems.find(({ pointer }) => pointer === `#/${field}` || pointer.startsWith(`#/${field}/`))
  const touched = HYPERPARAMETER_NAMES.filter((name) => readAxis(draft, name).mode !== 'default')
  const untouched = HYPERPARAMETER_NAMES.filter((name) => !touched.includes(name))
  const row = (name: (typeof HYPERPARAMETER_NAMES)[number]) => (
    <AxisRow key={name} name={name} draft={draft} problems={problems} onChange={onChange} />
  )
  return (
    <div className="stack">
      <div className="form-grid">
        <Field label="Name" fault={faultOf('name')}>
          <input
            value={String(draft['name'] ?? '')}
            maxLength={200}
            aria-invalid={faultOf('name') !== undefined}
            onChange={({ target }) => set('name')(target.value)}
          />
        </Field>
        <Field label="Data set" fault={faultOf('dataset')}>
          <select
            value={String(draft['dataset'] ?? 'fashion-mnist')}
            onChange={({ target }) => set('dataset')(target.value)}
          >
            {listOptions(DATASET_NAMES, draft['dataset'])}
          </select>
        </Field>
        <Field label="Objective" fault={faultOf('objective')}>
          <select
            value={String(objective['metric'] ?? 'val_acc')}
            onChange={({ target }) => set('objective')({ metric: target.value })}
          >
            {listOptions(METRIC_NAMES, objective['metric'])}
          </select>
        </Field>
        <NumberField
          label="Seed"
          field="seed"
          draft={draft}
          fault={faultOf('seed')}
          placeholder="2019"
          onChange={set('seed')}
        />
        <NumberField
          label="Priority"
          field="priority"
          draft={draft}
          fault={faultOf('priority')}
          placeholder="0"
          onChange={set('priority')}
        />
        <NumberField
          label="Trials at once"
          field="maxParallel"
          draft={draft}
          fault={faultOf('maxParallel')}
          placeholder="all slots"
          onChange={set('maxParallel')}
        />
      </div>
      <div className="axes">
        <h3>Hyperparameters</h3>
        {touched.map(row)}
        <details>
          <summary className="soft">{untouched.length} left at their defaults</summary>
          {untouched.map(row)}
        </details>
      </div>
    </div>
  )
}

function listOptions(known: readonly string[], chosen: unknown): ReactNode {
  const options = typeof chosen === 'string' && !known.includes(chosen) ? [...known, chosen] : known
  return options.map((option) => (
    <option key={option} value={option}>
      {option}
    </option>
  ))
}

function Field({
  label,
  fault,
  children,
}: {
  readonly label: string
  readonly fault: FieldProblem | undefined
  readonly children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label>
      {label}
      {children}
      {fault && (
        <span className="fault" role="alert">
          {fault.detail}
        </span>
      )}
    </label>
  )
}

interface NumberFieldProps {
  readonly label: string
  readonly field: string
  readonly draft: Draft
  readonly fault: FieldProblem | undefined
  readonly placeholder: string
  readonly onChange: (value: unknown) => void
}

function NumberField({ label, field, draft, fault, placeholder, onChange }: NumberFieldProps) {
  const value = draft[field]
  return (
    <Field label={label} fault={fault}>
      <input
        type="number"
        placeholder={placeholder}
        aria-invalid={fault !== undefined}
        value={typeof value === 'number' ? value : ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : Number(target.value))}
      />
    </Field>
  )
}

const asObject = (value: unknown): Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : {}
