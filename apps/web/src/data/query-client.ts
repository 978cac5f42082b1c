import { ApiError } from '@sweepd/client'
import { QueryClient } from '@tanstack/react-query'

/** Whether the API asks who is there. */
export const isLoggedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401

/** Holds all that was read from the API; the client itself tries broken connections again. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 500, refetchIntervalInBackground: true } },
})
