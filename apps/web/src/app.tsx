import { lazy, Suspense, useEffect } from 'react'
import { Route, Router, Switch, useLocation } from 'wouter'
import { Empty, Loading } from './parts/feedback'
import { Shell } from './shell/shell'
import { SweepsPage } from './sweeps/sweeps-page'

const SweepPage = lazy(() => import('./sweep/sweep-page'))
const TrialPage = lazy(() => import('./trial/trial-page'))
const NewSweepPage = lazy(() => import('./new-sweep/new-sweep-page'))
const ComparePage = lazy(() => import('./compare/compare-page'))
const WorkersPage = lazy(() => import('./workers/workers-page'))

/** Every page, by its address below `/ui`. */
export function App() {
  return (
    <Router base="/ui">
      <ScrollToTop />
      <Shell>
        <Suspense fallback={<Loading what="the page" height={400} />}>
          <Switch>
            <Route path="/" component={SweepsPage} />
            <Route path="/sweeps/:id">{({ id }) => <SweepPage key={id} id={id} />}</Route>
            <Route path="/trials/:id">{({ id }) => <TrialPage key={id} id={id} />}</Route>
            <Route path="/new" component={NewSweepPage} />
            <Route path="/compare" component={ComparePage} />
            <Route path="/workers" component={WorkersPage} />
            <Route>
              <Empty>There is no page at this address. The sweeps are behind “Sweeps” above.</Empty>
            </Route>
          </Switch>
        </Suspense>
      </Shell>
    </Router>
  )
}

function ScrollToTop() {
  const [path] = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [path])
  return null
}
