/** Keras' defaults of batch normalisation, which are the only ones that the compiled engine knows. */
export const BATCH_NORM_MOMENTUM = 0.99
export const BATCH_NORM_EPSILON = 1e-3

/** The seed's leaky slope, which is Keras' default. */
export const LEAKY_SLOPE = 0.3

/** Axes of the images of a model with channels first, counted from 1, in the order in which its other layers take them. */
export const CHANNELS_TO_LAST = [2, 3, 1] as const
