import { createPlainTfjsEngine } from '../src/index.js'
import { testTfjsEngine } from './tfjs-contract.js'

testTfjsEngine(createPlainTfjsEngine)
