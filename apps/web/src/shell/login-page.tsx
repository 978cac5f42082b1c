import { type FormEvent, useState } from 'react'
import { logIn } from '../data/api'
import { queryClient } from '../data/query-client'
import { usePageTitle } from './page-title'

/** Asks for the API token; the API answers with a cookie for a session. */
export function LoginPage() {
  const [fault, setFault] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)
  usePageTitle('Log in')

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const token = String(new FormData(event.currentTarget).get('token') ?? '')
    setIsBusy(true)
    setFault(undefined)
    try {
      await logIn(token)
      await queryClient.resetQueries()
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error))
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <div className="login">
      <form className="card stack" onSubmit={submit}>
        <h1>Log in</h1>
        <p className="soft">
          This sweepd asks for its API token: the value of API_TOKEN on the machine that runs the API.
        </p>
        <label className="stack">
          API token
          <input
            name="token"
            type="password"
            autoComplete="current-password"
            required
            aria-invalid={fault !== undefined}
            aria-describedby="login-fault"
          />
        </label>
        <p id="login-fault" role="alert" className="fault">
          {fault}
        </p>
        <button type="submit" className="primary" disabled={isBusy}>
          {isBusy ? 'Logging in…' : 'Log in'}
        </button>
      </form>
    </div>
  )
}
