"""Which images a ResNet's training can start at half the side."""

import jax
import jax.numpy as jnp
import pytest

from efficient_augmentation.names import networks
from efficient_augmentation.networks import models

RECIPE = {"epochs": 4, "half_size_epochs": 2}


def weight_shapes(kind, side):
    """Shapes of the weights of a network for images of side x side pixels."""
    module = models.build(kind, 3)
    images = jax.ShapeDtypeStruct((1, side, side, 3), jnp.float32)
    return jax.tree.map(jnp.shape, jax.eval_shape(module.init, jax.random.key(0), images)["params"])


@pytest.mark.parametrize("kind", ["resnet11v2", "resnet50v2", "resnet50v2_imagenet"])
@pytest.mark.parametrize("side", [2, 28, 32, 58, 60, 62, 64, 96, 224])
def test_half_an_image_is_refused_where_it_needs_other_weights(kind, side):
    fits = weight_shapes(kind, side) == weight_shapes(kind, side // 2)
    assert fits == (not list(networks.half_size_problems(kind, RECIPE, (side, side, 3))))


def test_an_image_of_unknown_shape_is_taken():
    assert list(networks.half_size_problems("resnet20v2", RECIPE, None)) == []
