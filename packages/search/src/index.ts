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
