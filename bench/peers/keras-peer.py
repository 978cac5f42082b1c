"""A network of bench/networks.ts in Keras on TensorFlow, compiled as its own fit does. For each line on standard input,
one number of steps, it trains so many and answers with the mean time of a step in milliseconds. Argument: the network
as JSON."""
import json
import sys
import time

import tensorflow as tf

layers = tf.keras.layers
BATCH = 32

network = json.loads(sys.argv[1])
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.keras.utils.set_random_seed(2019)


def penalty():
    return tf.keras.regularizers.L1L2(network["reg"], network["reg"]) if network["reg"] else None


model = tf.keras.Sequential([tf.keras.Input((28, 28, 1))])
for filters in network["convLayers"]:
    if network["zeroPadding"]:
        model.add(layers.ZeroPadding2D(1))
    model.add(layers.Conv2D(filters, network["kernel"], network["stride"], kernel_regularizer=penalty()))
    if network["bn"]:
        model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.MaxPooling2D(2))
model.add(layers.Flatten())
model.add(layers.Dropout(network["dropout"]))
for units in network["hiddenLayers"]:
    model.add(layers.Dense(units, "relu", kernel_regularizer=penalty()))
model.add(layers.Dense(10, "softmax", kernel_regularizer=penalty()))
model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
images = tf.random.uniform((BATCH, 28, 28, 1))
labels = tf.random.uniform((BATCH,), maxval=10, dtype=tf.int32)
print(tf.__version__, flush=True)

for line in sys.stdin:
    steps = int(line)
    started = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(images, labels)
    print((time.perf_counter() - started) * 1000 / steps, flush=True)
