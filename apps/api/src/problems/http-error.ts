/** Kinds of fault that only HTTP knows, and their titles. */
const TITLES = {
  'malformed-json': 'The body is not JSON',
  'empty-body': 'The body is missing',
  'wrong-media-type': 'The body is of the wrong type',
  'wrong-encoding': 'The body is compressed',
  'cross-site': 'The request comes from another site',
  unauthenticated: 'A token is needed',
  'too-many-requests': 'Too many requests',
  'no-route': 'There is nothing at this address',
  'no-model': 'No model is kept',
  'no-dashboard': 'The dashboard is not built',
  'wrong-method': 'This method is not allowed here',
  'not-ready': 'Not ready',
  'too-many-streams': 'Too many streams of events',
  'too-large': 'The body is too large',
  'too-slow': 'The body came too slowly',
  'broken-upload': 'The upload broke off',
  'invalid-dataset': 'The data set cannot be taken',
  'no-room': 'No room left',
} as const

interface HttpErrorOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>
}

/** A fault of the request or the service that has no meaning outside HTTP; carries the whole response. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly title: string
  readonly headers: Readonly<Record<string, string>>
  constructor(
    readonly status: number,
    readonly kind: keyof typeof TITLES,
    detail: string,
    options: HttpErrorOptions = {},
  ) {
    super(detail, options)
    this.title = TITLES[kind]
    this.headers = options.headers ?? {}
  }
}
