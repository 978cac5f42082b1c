export {
  countUpFront,
  type EndedTrial,
  needsHistory,
  type ProposedBy,
  type RunningTrial,
  type SearchDefinition,
  type Suggestion,
  type SuggestOptions,
  suggest,
  type TrialOutcome,
} from './suggest.js'
export { countSuggestions, suggestPoints } from './suggest-points.js'
