export { countGrid, suggestGrid } from './grid.js'
