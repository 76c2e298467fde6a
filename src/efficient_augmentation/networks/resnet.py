"""Pre-activation bottleneck ResNets: 11, 20 and 56 layers for small images, and ResNet50v2.

A block sends its input through BN-ReLU, 1x1, BN-ReLU, 3x3, BN-ReLU, 1x1 and adds the result to it.
The first block of a stage halves the image (except in the first stage) and projects its input to
the new width. The networks differ in their sizes, in which convolutions have a bias, and in whether
a projection sees its block's input before or after BN-ReLU.
Source: He et al. 2016, Identity mappings in deep residual networks, figure 1 (b) and appendix.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

# Batch normalisation: the running statistics move by 1 - MOMENTUM of the difference at each step.
MOMENTUM = 0.99
EPSILON = 1e-3
KERNEL_INIT = nn.initializers.he_normal()
_LAYOUT = ("NHWC", "HWIO", "NHWC")


def resnet56v2(n_classes, **options):
    """The network of the published CIFAR-10 and NORB results, depth 9 n + 2 with n = 6.

    It has a stem of 16 filters, three stages of six blocks with widths 64, 128, 256, and 8 x 8
    average pooling, so that 32 x 32 images have 256 features and 96 x 96 ones 2304. Every
    convolution has a bias. For 32 x 32 x 3 and ten classes it has 1,663,338 parameters and 10,400
    running statistics.

    Args:
      n_classes: width of the output layer.
      **options: other fields of `ResNet`, such as dtype.
    Returns: ResNet.
    Source: docs/method.md section 11; He et al. 2016 (identity mappings).
    """
    return _for_small_images(n_classes, 6, options)


def resnet20v2(n_classes, **options):
    """The same network with n = 2: a third of the cost, for trials and for machines without a GPU.

    Args:
      n_classes, **options: as in `resnet56v2`.
    Returns: ResNet.
    """
    return _for_small_images(n_classes, 2, options)


def resnet11v2(n_classes, **options):
    """The same network with n = 1: half the cost of n = 2, for 96 x 96 images without a GPU.

    Args:
      n_classes, **options: as in `resnet56v2`.
    Returns: ResNet.
    """
    return _for_small_images(n_classes, 1, options)


def _for_small_images(n_classes, n, options):
    sizes = {"stage_sizes": (n,) * 3, "widths": (64, 128, 256), "inner_widths": (16, 64, 128)}
    return ResNet(n_classes, **{**sizes, "stem_width": 16, "pool": 8, **options})


def resnet50v2(n_classes, **options):
    """ResNet50v2: stages of 3, 4, 6, 3 blocks, widths 256 to 2048, 2048 features.

    The stem is a 3 x 3 convolution of stride 1, for small images; imagenet_stem=True gives the
    7 x 7 one of stride 2 with its max-pool. With that stem the network has 23,564,800 parameters
    and running statistics, output layer not counted. The first 1 x 1 convolution of a stage carries
    the stride.

    Args:
      n_classes: width of the output layer.
      **options: other fields of `ResNet`, such as imagenet_stem or dtype.
    Returns: ResNet.
    Source: He et al. 2016 (identity mappings); docs/method.md section 11.
    """
    sizes = {
        "stage_sizes": (3, 4, 6, 3),
        "widths": (256, 512, 1024, 2048),
        "inner_widths": (64, 128, 256, 512),
    }
    shape = {"stem_width": 64, "pool": None, "inner_biases": False, "project_activated": True}
    return ResNet(n_classes, **{**sizes, **shape, **options})


def fold(variables):
    """Weights of the same network with batch normalisation folded away, for inference.

    Let s = scale / sqrt(variance + EPSILON) and t = bias - mean s. A normalisation after a
    convolution turns its weights into kernel s and bias s + t; one after an addition keeps s and t
    as its scale and shift. The folded weights belong to `module.clone(folded=True)`.

    Args:
      variables: mapping with "params", "batch_stats" and "input" of a ResNet.
    Returns: mapping with "params" and "input", float32 NumPy arrays.
    Raises: ValueError if there are no batch statistics.
    """
    if not variables.get("batch_stats"):
        raise ValueError(
            f"variables hold {', '.join(variables)}, expected params and batch_stats: "
            "only a network with its running statistics can be folded"
        )
    params = _folded(variables["params"], variables["batch_stats"])
    return {"params": params, "input": jax.tree.map(np.asarray, dict(variables["input"]))}


class ResNet(nn.Module):
    """A pre-activation bottleneck ResNet.

    Its call is that of `models.build`, with "stem", "stage_1", ... and "features" among the
    intermediates. From every image it subtracts the mean image of its training set, the variable
    "input"/"mean" (h, w, c), which is zero until training sets it. train=True normalises by the
    statistics of the batch and needs `mutable=["batch_stats"]`. Parameters and running statistics
    are float32 whatever dtype is, and so are normalisation, pooling, features and logits.

    Attributes:
      n_classes: width of the output layer.
      stage_sizes: number of blocks of each stage.
      widths: channels that each stage puts out.
      inner_widths: channels of the 3 x 3 convolutions of each stage.
      stem_width: filters of the stem.
      pool: side of the cells of the last average pooling; None, or a side larger than the last
        activations, averages over all of their pixels.
      imagenet_stem: 7 x 7 of stride 2 and max-pool instead of 3 x 3 of stride 1.
      inner_biases: whether convolutions before batch normalisation have a bias (the stem always
        has one).
      project_activated: projections see the block's input after BN-ReLU instead of before.
      folded: expect the weights of `fold`; for inference only.
      dtype: type of convolutions and activations.
    """

    n_classes: int
    stage_sizes: tuple[int, ...]
    widths: tuple[int, ...]
    inner_widths: tuple[int, ...]
    stem_width: int
    pool: int | None = None
    imagenet_stem: bool = False
    inner_biases: bool = True
    project_activated: bool = False
    folded: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x, train=False, intermediates=False):
        self._check(x, train)
        mean = self.variable("input", "mean", jnp.zeros, x.shape[1:], jnp.float32)
        x = self._stem((x - mean.value).astype(self.dtype), train)
        named = {"stem": x}
        for stage, n_blocks in enumerate(self.stage_sizes):
            for block in range(n_blocks):
                x = self._block(stage, block)(x, train)
            named[f"stage_{stage + 1}"] = x
        x = NormReLU(self.folded, name="final")(x, train)
        features = _average_pool(x.astype(jnp.float32), self.pool).reshape(len(x), -1)
        logits = nn.Dense(self.n_classes, kernel_init=KERNEL_INIT, name="head")(features)
        return (logits, {**named, "features": features}) if intermediates else logits

    def _stem(self, x, train):
        size, stride = (7, 2) if self.imagenet_stem else (3, 1)
        x = ConvNormReLU(self.stem_width, size, stride, True, self.folded, name="stem")(x, train)
        if self.imagenet_stem:
            return nn.max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1)))
        return x

    def _block(self, stage, block):
        return Block(
            width=self.widths[stage],
            inner_width=self.inner_widths[stage],
            stride=2 if stage and not block else 1,
            # The stem ends with BN-ReLU, so the very first block has no leading one.
            leading=bool(stage or block),
            project=not block,
            project_activated=self.project_activated,
            inner_biases=self.inner_biases,
            folded=self.folded,
            name=f"stage_{stage + 1}_block_{block + 1}",
        )

    def _check(self, x, train):
        if x.ndim != 4 or not jnp.issubdtype(x.dtype, jnp.floating):
            raise ValueError(
                f"a ResNet takes float images (b, h, w, c), not {x.dtype} of shape {x.shape}"
            )
        if train and self.folded:
            raise ValueError("a folded ResNet has no batch normalisation left to train")


class Block(nn.Module):
    """One residual block. Its fields are as in `ResNet`, or depend on the block's position."""

    width: int
    inner_width: int
    stride: int
    leading: bool
    project: bool
    project_activated: bool
    inner_biases: bool
    folded: bool

    @nn.compact
    def __call__(self, x, train):
        y = NormReLU(self.folded, name="leading")(x, train) if self.leading else x
        shortcut = x
        if self.project:
            seen = y if self.project_activated else x
            shortcut = Convolution(self.width, 1, self.stride, name="projection")(seen)
        inner = functools.partial(
            ConvNormReLU, self.inner_width, use_bias=self.inner_biases, folded=self.folded
        )
        y = inner(size=1, stride=self.stride, name="reduce")(y, train)
        y = inner(size=3, stride=1, name="spatial")(y, train)
        return shortcut + Convolution(self.width, 1, name="expand")(y)


class ConvNormReLU(nn.Module):
    """Convolution, batch normalisation, ReLU; when folded, convolution with a bias, and ReLU."""

    features: int
    size: int
    stride: int
    use_bias: bool
    folded: bool

    @nn.compact
    def __call__(self, x, train):
        use_bias = self.use_bias or self.folded
        x = Convolution(self.features, self.size, self.stride, use_bias, name="conv")(x)
        return nn.relu(x) if self.folded else NormReLU(False, name="norm")(x, train)


class NormReLU(nn.Module):
    """Batch normalisation over (b, h, w), then ReLU; when folded, scale and shift, then ReLU.

    Variances of a batch are divided by n, both to normalise and in the running statistics.
    """

    folded: bool

    @nn.compact
    def __call__(self, x, train):
        width = (x.shape[-1],)
        scale = self.param("scale", nn.initializers.ones, width, jnp.float32)
        bias = self.param("bias", nn.initializers.zeros, width, jnp.float32)
        if self.folded:
            return _scale_shift_relu(x, scale, bias)
        mean = self.variable("batch_stats", "mean", jnp.zeros, width, jnp.float32)
        var = self.variable("batch_stats", "var", jnp.ones, width, jnp.float32)
        if not train:
            s = scale * jax.lax.rsqrt(var.value + EPSILON)
            return _scale_shift_relu(x, s, bias - mean.value * s)
        y, *batch = normalise_relu(x, scale, bias)
        for running, value in zip((mean, var), batch, strict=True):
            running.value = MOMENTUM * running.value + (1 - MOMENTUM) * value
        return y


class Convolution(nn.Module):
    """Convolution that chooses a fast computation by its size, stride and device.

    1 x 1 is a matrix product with the pixels that the stride keeps; other sizes use `lax.conv`. On
    CPU 1 x 1, and other sizes at stride 1, have a gradient of their own, see `convolve`.
    """

    features: int
    size: int
    stride: int = 1
    use_bias: bool = True

    @nn.compact
    def __call__(self, x):
        shape = (self.size, self.size, x.shape[-1], self.features)
        kernel = self.param("kernel", KERNEL_INIT, shape, jnp.float32).astype(x.dtype)
        if self.size == 1:
            x = x[:, :: self.stride, :: self.stride]
        stride = 1 if self.size == 1 else self.stride
        if stride == 1 and jax.default_backend() == "cpu":
            y = convolve(x, kernel)
        else:
            y = _convolve(x, kernel, stride)
        if self.use_bias:
            bias = self.param("bias", nn.initializers.zeros, (self.features,), jnp.float32)
            y += bias.astype(x.dtype)
        return y


@jax.custom_vjp
def convolve(x, kernel):
    """Padded convolution of stride 1, with a gradient that is fast on CPU inside a loop too.

    The kernel's gradient in `lax.conv` is a convolution with the image as kernel, which is 20 to 50
    times slower there. Here it is one matrix product for each position in the kernel: dy times the
    pixels that this position met.

    Args:
      x: (b, h, w, c).
      kernel: (size, size, c, features), size odd.
    Returns: (b, h, w, features).
    """
    return _convolve(x, kernel, 1)


def _convolve_forward(x, kernel):
    return _convolve(x, kernel, 1), (x, kernel)


def _convolve_backward(saved, dy):
    x, kernel = saved
    dx = _convolve(dy, kernel[::-1, ::-1].swapaxes(2, 3), 1)
    size, (h, w) = len(kernel), x.shape[1:3]
    margin = (size // 2, size // 2)
    padded = jnp.pad(x, ((0, 0), margin, margin, (0, 0)))
    # dy comes first: the first factor is transposed in memory, and dy is the same in all products.
    shifts = [
        [jnp.einsum("bhwf,bhwc->fc", dy, padded[:, i : i + h, j : j + w]) for j in range(size)]
        for i in range(size)
    ]
    return dx, jnp.array(shifts).swapaxes(2, 3)


convolve.defvjp(_convolve_forward, _convolve_backward)


@jax.custom_vjp
def normalise_relu(x, scale, bias):
    """Batch normalisation by the batch's own statistics, then ReLU, in one pass each way.

    The gradient keeps x, the result and three vectors; automatic differentiation would keep and
    read several arrays of the size of x. The returned statistics have no gradient.

    Args:
      x: (b, h, w, c).
      scale, bias: (c,) float32.
    Returns: result (b, h, w, c) of the type of x, mean (c,) and variance (c,) float32 of the batch.
    Source: Ioffe and Szegedy 2015, Batch normalization, section 3.
    """
    return _normalise_relu_forward(x, scale, bias)[0]


def _normalise_relu_forward(x, scale, bias):
    x32 = x.astype(jnp.float32)
    mean = x32.mean((0, 1, 2))
    # Rounding can take this difference below zero where a channel is constant.
    var = jnp.maximum((x32 * x32).mean((0, 1, 2)) - mean * mean, 0)
    s = scale * jax.lax.rsqrt(var + EPSILON)
    y = _scale_shift_relu(x, s, bias - mean * s)
    return (y, mean, var), (x, y, scale, mean, var)


def _normalise_relu_backward(saved, cotangents):
    x, y, scale, mean, var = saved
    n, inverse = x.size // x.shape[-1], jax.lax.rsqrt(var + EPSILON)
    g = jnp.where(y > 0, cotangents[0], 0).astype(jnp.float32)
    normalised = (x.astype(jnp.float32) - mean) * inverse
    dbias, dscale = g.sum((0, 1, 2)), (g * normalised).sum((0, 1, 2))
    dx = scale * inverse * (g - dbias / n - normalised * (dscale / n))
    return dx.astype(x.dtype), dscale, dbias


normalise_relu.defvjp(_normalise_relu_forward, _normalise_relu_backward)


def _convolve(x, kernel, stride):
    if len(kernel) == 1:
        return x @ kernel[0, 0]
    margin = (len(kernel) // 2, len(kernel) // 2)
    return jax.lax.conv_general_dilated(
        x, kernel, (stride, stride), (margin, margin), dimension_numbers=_LAYOUT
    )


def _scale_shift_relu(x, scale, shift):
    return nn.relu(x.astype(jnp.float32) * scale + shift).astype(x.dtype)


def _average_pool(x, size):
    """Means over size x size cells; a rest that fills no cell is dropped; None means one cell."""
    b, h, w, c = x.shape
    rows, columns = min(size or h, h), min(size or w, w)
    x = x[:, : h // rows * rows, : w // columns * columns]
    return x.reshape(b, h // rows, rows, w // columns, columns, c).mean((2, 4))


def _folded(params, stats):
    if "mean" in stats:
        scale, shift = _scale_and_shift(params, stats)
        return {"scale": scale.astype(np.float32), "bias": shift.astype(np.float32)}
    if "conv" in params:
        scale, shift = _scale_and_shift(params["norm"], stats["norm"])
        kernel, bias = (_float64(params["conv"].get(key, 0)) for key in ("kernel", "bias"))
        folded = {"kernel": kernel * scale, "bias": bias * scale + shift}
        return {"conv": {key: value.astype(np.float32) for key, value in folded.items()}}
    return {
        name: _folded(inner, stats[name]) if name in stats else jax.tree.map(np.asarray, inner)
        for name, inner in params.items()
    }


def _scale_and_shift(norm, stats):
    scale = _float64(norm["scale"]) / np.sqrt(_float64(stats["var"]) + EPSILON)
    return scale, _float64(norm["bias"]) - _float64(stats["mean"]) * scale


def _float64(array):
    return np.asarray(array, np.float64)
