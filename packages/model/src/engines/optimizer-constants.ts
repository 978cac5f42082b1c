/** Keras' defaults of the optimizers, https://keras.io/api/optimizers/; those that both kinds of engine apply. */
export const EPSILON = 1e-7
export const MOMENTUM = 0.9
export const RHO = 0.9
export const BETA_1 = 0.9
export const BETA_2 = 0.999
/** Of adamw, in units of the learning rate. */
export const WEIGHT_DECAY = 0.004
/** What adagrad's sums begin with. */
export const INITIAL_ACCUMULATOR = 0.1
