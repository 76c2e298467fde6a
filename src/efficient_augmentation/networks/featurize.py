"""Features of images: penultimate activations of a trained network, or the pixels themselves."""

import functools
import logging

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from efficient_augmentation.networks import models, resnet
from efficient_augmentation.progress import Bar

# Images that pass through the network together on CPU: few, so that their activations stay in its
# cache.
_BLOCK = 16
# Images in a batch there, at most: more are no faster, and sets of any other size, such as the test
# sets of transforms, take the same program.
_BATCH = 128

_log = logging.getLogger(__name__)


def featurize(name, variables, images, batch_size=512, progress=None):
    """Penultimate activations of a trained network.

    A row depends on its own image alone, up to rounding, whatever the batch size and the other
    images are: the last batch is padded, dropout is off, and batch normalisation uses running
    statistics, folded into the convolutions. All devices of this process share each batch.

    Args:
      name: network, see `models.build`.
      variables: its weights, as `train_small.train` or `train_small.load_weights` returns them.
      images: (n, h, w, c), uint8 (divided by 255) or float in [0, 1].
      batch_size: images sent to the devices at once, >= 1; halved as long as they run out of
        memory.
      progress: text stream for a bar; if it is no terminal, or None, the log gets lines instead.
    Returns: (n, d) float32, >= 0.
    Raises: ValueError for a wrong shape, batch size, or network, and if not even one image fits
      into the device's memory.
    Cost: for the cnn at 28x28, 5000 images/s on 2 cores; memory for one batch and the result.
    """
    images = np.asarray(images)
    _check_images(images)
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    module = models.build(name, len(variables["params"]["head"]["bias"]))
    if "batch_stats" in variables:
        module, variables = module.clone(folded=True), resnet.fold(variables)
    mesh = jax.sharding.Mesh(np.array(jax.local_devices()), ("batch",))
    variables = jax.device_put(variables, NamedSharding(mesh, PartitionSpec()))
    batch_size = min(batch_size, len(images))
    while True:
        size, block = _sizes(batch_size, mesh.size)
        starts = range(0, len(images), size)
        features = []
        try:
            with Bar(len(starts), f"featurize {name}", "batch", progress, plural="batches") as bar:
                for start in starts:
                    batch = images[start : start + size]
                    padded = np.pad(batch, [(0, size - len(batch)), (0, 0), (0, 0), (0, 0)])
                    found = np.asarray(_forward(module, mesh, block, variables, padded))
                    features.append(found[: len(batch)])
                    bar.update()
            return np.concatenate(features)
        except jax.errors.JaxRuntimeError as error:
            models.raise_unless_out_of_memory(error, batch_size)
            batch_size //= 2
            _log.warning("the device ran out of memory; now with batch_size %d", batch_size)


def correct(name, variables, images, labels):
    """Which images the network's own head classifies correctly.

    Args:
      name, variables, images: as in `featurize`.
      labels: (n,), 0..k-1.
    Returns: (n,) bool.
    Raises: ValueError as `featurize`.
    """
    head = variables["params"]["head"]
    logits = featurize(name, variables, images) @ head["kernel"] + head["bias"]
    return logits.argmax(axis=1) == labels


def accuracy(name, variables, images, labels):
    """Share of the images that the network's own head classifies correctly.

    Args, Raises: as `correct`.
    Returns: float in [0, 1].
    """
    return float(np.mean(correct(name, variables, images, labels)))


def raw(images):
    """Pixels as features.

    Args:
      images: (n, h, w, c), uint8 (divided by 255) or float in [0, 1].
    Returns: (n, h * w * c) float32 in [0, 1].
    Raises: ValueError for a wrong shape or type.
    """
    images = np.asarray(images)
    _check_images(images)
    scale = 255 if images.dtype == np.uint8 else 1
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(scale)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _forward(module, mesh, block, variables, images):
    def one_block(variables, images):
        _, named = module.apply(variables, models.unit_scale(images), intermediates=True)
        return named["features"]

    def one_device(variables, images):
        blocks = images.reshape(-1, block, *images.shape[1:])
        forward = functools.partial(one_block, variables)
        return jax.lax.map(forward, blocks).reshape(len(images), -1)

    whole, shared = PartitionSpec(), PartitionSpec("batch")
    together = jax.shard_map(one_device, mesh=mesh, in_specs=(whole, shared), out_specs=shared)
    return together(variables, images)


def _sizes(batch_size, n_devices):
    """Images in a batch and in a block: every device gets the same number of full blocks."""
    on_cpu = jax.default_backend() == "cpu"
    share = -(-(min(batch_size, _BATCH) if on_cpu else batch_size) // n_devices)
    block = min(share, _BLOCK) if on_cpu else share
    return -(-share // block) * block * n_devices, block


def _check_images(images):
    if images.ndim != 4 or not images.size:
        raise ValueError(f"images must have shape (n, h, w, c), none of them 0, not {images.shape}")
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images must be uint8 or float, not {images.dtype}")
