"""The seed notebook's last training, "decay, L1 and L2", in Keras on TensorFlow: the figure that `npm run reproduce` does not
reach. Prints loss and accuracies after each of 30 epochs. Needs TensorFlow 2.15 and FASHION_MNIST_DIR. Argument: a seed."""
import gzip
import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(os.environ["FASHION_MNIST_DIR"])
EPOCHS = 30
layers = tf.keras.layers


def read(name, header):
    return np.frombuffer(gzip.open(FOLDER / f"{name}.gz").read(), np.uint8, offset=header)


def read_set(name):
    images = read(f"{name}-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
    return images, read(f"{name}-labels-idx1-ubyte", 8)


def penalty():
    return tf.keras.regularizers.l1_l2(l1=0.0005, l2=0.0005)


tf.keras.utils.set_random_seed(int(sys.argv[1]))
images, labels = read_set("train")
order = np.random.RandomState(2019).permutation(len(labels))
validation, train = order[:10_000], order[10_000:]
test = read_set("t10k")

model = tf.keras.Sequential([tf.keras.Input((28, 28, 1))])
for filters in [32, 64, 128]:
    model.add(layers.ZeroPadding2D(1))
    model.add(layers.Conv2D(filters, 3, kernel_regularizer=penalty()))
    model.add(layers.BatchNormalization())
    model.add(layers.Activation("relu"))
    model.add(layers.MaxPooling2D(2))
for layer in [layers.Flatten(), layers.Dropout(0.5), layers.Dense(128, "relu"), layers.Dense(10, "softmax")]:
    model.add(layer)
optimizer = tf.keras.optimizers.legacy.Adam(0.001, decay=0.001 / EPOCHS)
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])


class PrintEpoch(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        _, test_acc = model.evaluate(*test, verbose=0)
        print(f"epoch {epoch + 1}  loss {logs['loss']:.4f}  val_acc {logs['val_accuracy']:.4f}  test_acc {test_acc:.4f}", flush=True)


model.fit(images[train], labels[train], epochs=EPOCHS, batch_size=32, verbose=0, callbacks=[PrintEpoch()],
          validation_data=(images[validation], labels[validation]))
