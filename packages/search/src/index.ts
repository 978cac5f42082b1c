export type { ModelAxis, ModelOutcome, ModelSpace, ModelTrial, Row } from './model/model-space.js'
export { normalise, rowAt } from './model/model-space.js'
export { chooseModel, type LearningSampler, proposeRows } from './propose.js'
export { isJudged, judgeEpoch, needsPeers } from './pruners/judge-epoch.js'
export {
  hasRungs,
  listRungs,
  type RungFacts,
  type RungTrial,
  type Settlement,
  settleRungs,
} from './pruners/rungs.js'
export type { EpochFacts, Verdict } from './pruners/verdict.js'
export { createCounterRandom } from './random/counter-random.js'
export { createSobolSequence } from './random/sobol.js'
export {
  countUpFront,
  type EndedTrial,
  needsHistory,
  type ProposedBy,
  type RunningTrial,
  type Suggestion,
  type SuggestOptions,
  suggest,
  type TrialOutcome,
} from './suggest.js'
export { countSuggestions, type SearchDefinition, suggestPoints } from './suggest-points.js'
