import {
  ConflictError,
  ImpossibleArchitectureError,
  InvalidInputError,
  NotFoundError,
  problemDetailsSchema,
} from '@sweepd/core'
import { expect, test } from 'vitest'
import { HttpError } from './http-error.js'
import { toProblem } from './to-problem.js'

const request = { url: '/sweeps?x=1', id: 'request-7' }
const fault = { pointer: '#/name', detail: 'name is required' }
const point = { point: { stride: 2 }, reason: 'too small' }

test.each([
  [
    new InvalidInputError([fault]),
    { status: 400, errors: [fault], type: 'urn:sweepd:problem:invalid-input' },
  ],
  [
    new ImpossibleArchitectureError([point], 1, 4),
    { status: 400, points: [point], impossibleCount: 1, totalCount: 4 },
  ],
  [new NotFoundError('trial', 'abc'), { status: 404, detail: 'There is no trial with the id abc.' }],
  [new ConflictError('It has ended.'), { status: 409, detail: 'It has ended.' }],
  [new HttpError(405, 'wrong-method', 'This address takes GET.'), { status: 405 }],
  [
    Object.assign(new Error('too big'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' }),
    { status: 413 },
  ],
])('%o becomes a complete problem', (error, expected) => {
  const problem = toProblem(error, request)
  expect(problem).toMatchObject({ ...expected, instance: '/sweeps?x=1' })
  expect(problemDetailsSchema.parse(problem)).toEqual(problem)
})

test.each([
  new Error('password is hunter2'),
  Object.assign(new Error('hunter2'), { statusCode: 502 }),
  'hunter2',
  null,
])('an unexpected fault gives nothing away but the request id', (error) => {
  const problem = toProblem(error, request)
  expect(problem.status).toBe(500)
  expect(problem.detail).toContain('request-7')
  expect(JSON.stringify(problem)).not.toContain('hunter2')
})
