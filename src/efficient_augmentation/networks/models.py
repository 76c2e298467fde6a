"""The networks whose penultimate activations are the features, by name; the small CNN and LeNet."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from efficient_augmentation.networks import resnet

KERNEL_INIT = nn.initializers.glorot_uniform()


def build(name, n_classes):
    """The network called `name`, untrained.

    Its call is `module.apply(variables, x, train=False, intermediates=False)` with x float
    (b, h, w, c) in [0, 1]; it returns the logits (b, n_classes), or with intermediates=True
    (logits, mapping) where the mapping holds "features" (b, d), the penultimate activations,
    and the output of each stage. train=True needs `rngs={"dropout": key}`.

    Args:
      name: a key of `NETWORKS`.
      n_classes: width of the output layer, >= 2.
    Raises: ValueError if the name is unknown or n_classes < 2.
    """
    if name not in NETWORKS:
        raise ValueError(f"unknown network {name!r}: there are {', '.join(sorted(NETWORKS))}")
    if n_classes < 2:
        raise ValueError(f"n_classes is {n_classes}: a classifier needs at least 2")
    return NETWORKS[name](n_classes=n_classes)


def unit_scale(images):
    """Pixels as float32 in [0, 1]: uint8 is divided by 255, floats are taken as they are."""
    scale = 255.0 if images.dtype == jnp.uint8 else 1.0
    return images.astype(jnp.float32) / jnp.float32(scale)


def divided(images, divisor):
    """Float images divided by a number; uint8 ones, which `unit_scale` divides, as they are."""
    # Division by 1 returns the same array: a copy of a whole data set would take memory.
    if images.dtype == np.uint8 or divisor == 1:
        return images
    return images / np.float32(divisor)


def raise_unless_out_of_memory(error, batch_size):
    """Return only if a device ran out of memory and a smaller batch is possible.

    Args:
      error: jax.errors.JaxRuntimeError.
      batch_size: images that were on the device at once.
    Raises: the error itself if it has another reason, ValueError if the batch held one image.
    """
    if not is_out_of_memory(error):
        raise error
    if batch_size == 1:
        raise ValueError("the device ran out of memory with batch_size 1") from error


def is_out_of_memory(error):
    """Whether JAX's error says that a device ran out of memory."""
    return "RESOURCE_EXHAUSTED" in str(error)


def check_labelled(x, y, n_classes):
    """Images and labels as the training functions take them.

    Args:
      x: images (n, h, w, c), uint8 or float.
      y: labels (n,), integers 0..n_classes-1.
      n_classes: number of classes.
    Returns: (images uint8 or float32, labels int32), NumPy arrays.
    Raises: ValueError for anything else, more classes than n_classes included.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 4 or not len(x):
        raise ValueError(f"images must have shape (n, h, w, c), n >= 1, not {x.shape}")
    if x.dtype != np.uint8 and not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"images must be uint8 or float, not {x.dtype}")
    if y.shape != (len(x),) or not np.isin(y, np.arange(n_classes)).all():
        raise ValueError(
            f"labels must be integers 0..{n_classes - 1} of shape ({len(x)},), not "
            f"{np.unique(y)[:5]} of shape {y.shape}"
        )
    return x if x.dtype == np.uint8 else x.astype(np.float32), y.astype(np.int32)


class Convolution(nn.Module):
    """Convolution of stride 1 with a bias, computed one way for training, another for inference.

    For training it is a matrix product with the image's patches. Its gradient is two more products,
    while the gradient of `lax.conv` is 20 times slower on CPU inside a loop; and many networks at
    once (vmap) are one batched product. For inference it is `lax.conv`, which needs no copy of the
    patches. Both give the same values up to rounding.
    """

    features: int
    size: int
    padding: str

    @nn.compact
    def __call__(self, x, train):
        shape = (self.size, self.size, x.shape[-1], self.features)
        kernel = self.param("kernel", KERNEL_INIT, shape, jnp.float32)
        bias = self.param("bias", nn.initializers.zeros, (self.features,), jnp.float32)
        if train:
            return _patches(x, self.size, self.padding) @ kernel.reshape(-1, self.features) + bias
        return bias + jax.lax.conv_general_dilated(
            x, kernel, (1, 1), self.padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )


def _patches(x, size, padding):
    """Every size x size neighbourhood as a row, (b, h', w', size * size * c), size odd."""
    if padding == "SAME":
        margin = (size // 2, size // 2)
        x = jnp.pad(x, ((0, 0), margin, margin, (0, 0)))
    h, w = x.shape[1] - size + 1, x.shape[2] - size + 1
    shifted = [x[:, i : i + h, j : j + w] for i in range(size) for j in range(size)]
    return jnp.concatenate(shifted, axis=-1)


def max_pool(x):
    """Maximum over 2 x 2 cells; an odd last row or column is dropped.

    It takes pairwise maxima, because the gradient of `reduce_window` is slow on CPU. Tied values
    share the gradient equally.
    """
    h, w = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    rows = jnp.maximum(x[:, 0:h:2, :w], x[:, 1:h:2, :w])
    return jnp.maximum(rows[:, :, 0::2], rows[:, :, 1::2])


def dropout(key, x, rate):
    """Zero each entry with probability `rate`, scale the others by 1 / (1 - rate).

    Each entry takes one random byte where a float would take four. The rate is therefore exact only
    if 256 * rate is an integer.
    """
    keep = jax.random.bits(key, x.shape, jnp.uint8) >= round(256 * rate)
    return jnp.where(keep, x / (1 - rate), 0)


def _dense(width, name=None):
    return nn.Dense(width, kernel_init=KERNEL_INIT, name=name)


def _require_size(network, x, smallest):
    if x.ndim != 4:
        raise ValueError(f"{network} takes images (b, h, w, c), not an array of shape {x.shape}")
    if min(x.shape[1:3]) < smallest:
        raise ValueError(
            f"images of {x.shape[1]}x{x.shape[2]} pixels are too small for {network}:"
            f" it needs at least {smallest}x{smallest}"
        )


class CNN(nn.Module):
    """The small CNN of the published MNIST results.

    It has two stages of two 3x3 convolutions (the first of each padded) and a 2x2 max-pool, with 32
    and 64 filters, then 512 features; ReLU throughout; dropout 0.25 after each stage, 0.5 after
    the features. That makes 885,730 parameters for 28x28x1 and two classes.
    Source: the published code of Kuchnik and Smith 2019, which calls it LeNet.
    """

    n_classes: int

    @nn.compact
    def __call__(self, x, train=False, intermediates=False):
        _require_size("cnn", x, smallest=10)
        stages = {}
        for stage, width in enumerate((32, 64), start=1):
            x = nn.relu(Convolution(width, 3, "SAME")(x, train))
            x = max_pool(nn.relu(Convolution(width, 3, "VALID")(x, train)))
            stages[f"stage_{stage}"] = x
            x = self._dropout(x, 0.25, train)
        features = nn.relu(_dense(512)(x.reshape(len(x), -1)))
        logits = _dense(self.n_classes, "head")(self._dropout(features, 0.5, train))
        return (logits, {**stages, "features": features}) if intermediates else logits

    def _dropout(self, x, rate, train):
        return dropout(self.make_rng("dropout"), x, rate) if train else x


class LeNet(nn.Module):
    """LeNet-5 in the form used today: 6 and 16 filters of 5x5, max-pools, 120 and 84 units.

    The first convolution is padded by 2, so that 28x28 images have the sizes of the original
    (which padded them to 32x32): 28, 14, 10, 5, 400. It uses ReLU, not tanh, as networks with
    max-pools do, so that layer sizes are the main difference from the CNN. Every filter of the
    second convolution sees all six maps. It has 61,026 parameters for 28x28x1 and two classes.
    Source: LeCun et al. 1998, section II.B.
    """

    n_classes: int

    @nn.compact
    def __call__(self, x, train=False, intermediates=False):
        _require_size("lenet", x, smallest=12)
        first = max_pool(nn.relu(Convolution(6, 5, "SAME")(x, train)))
        second = max_pool(nn.relu(Convolution(16, 5, "VALID")(first, train)))
        third = nn.relu(_dense(120)(second.reshape(len(second), -1)))
        features = nn.relu(_dense(84)(third))
        logits = _dense(self.n_classes, "head")(features)
        stages = {"stage_1": first, "stage_2": second, "stage_3": third, "features": features}
        return (logits, stages) if intermediates else logits


NETWORKS = {
    "cnn": CNN,
    "lenet": LeNet,
    "resnet11v2": resnet.resnet11v2,
    "resnet20v2": resnet.resnet20v2,
    "resnet50v2": resnet.resnet50v2,
    "resnet50v2_imagenet": functools.partial(resnet.resnet50v2, imagenet_stem=True),
    "resnet56v2": resnet.resnet56v2,
}
