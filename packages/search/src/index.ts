export { countSuggestions, suggestPoints } from './suggest-points.js'
