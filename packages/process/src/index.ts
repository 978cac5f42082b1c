export { CleanUp } from './clean-up.js'
export { findFreePort } from './free-port.js'
export { runAfterOurEnd } from './run-after-our-end.js'
export { type RunningService, runService, type ServiceOptions } from './run-service.js'
