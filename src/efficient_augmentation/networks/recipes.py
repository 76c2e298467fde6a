"""Recipes for training a ResNet: the optimiser and how its learning rate goes."""

from typing import NamedTuple

import jax
import optax

WARM_UP = 0.2
"""Share of a one-cycle training during which the learning rate rises."""

# The published schedule: after so many epochs the learning rate is this share of its first value.
_STEPS = {80: 1e-1, 120: 1e-2, 160: 1e-3, 180: 5e-4}


class Recipe(NamedTuple):
    """What a training does with its gradients.

    Attributes:
      name: a key of `RECIPES`.
      epochs: passes over the training set.
      batch_size: images a step.
      learning_rate: its peak under one_cycle, its start under published.
      weight_decay: of kernels, not of biases and normalisations; see the recipe.
      label_smoothing: share of a target that is spread over all classes, within 0..1.
      half_size_epochs: first epochs, fewer than all, that see images of half the side at a third of
        the cost, see `train_resnet.train`.
    """

    name: str
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    half_size_epochs: int = 0


def of(settings):
    """The recipe in the settings of a network; what else these hold is not looked at.

    Args:
      settings: mapping with `recipe` and the other attributes of `Recipe`, as in the config.
    Returns: Recipe.
    """
    return Recipe(settings["recipe"], *(settings[name] for name in Recipe._fields[1:]))


def one_cycle(recipe, steps_per_epoch):
    """AdamW under one cycle: the learning rate rises linearly from 0, then falls as a cosine to 0.

    A step shrinks kernels by weight_decay times the learning rate, beside what Adam does.

    Source: Smith and Topin 2019, Super-convergence (one cycle); Loshchilov and Hutter 2019,
      Decoupled weight decay regularization.
    """
    return optax.adamw(
        learning_rate(recipe, steps_per_epoch), weight_decay=recipe.weight_decay, mask=_kernels
    )


def published(recipe, steps_per_epoch):
    """Adam in steps, as the published networks were trained.

    The penalty is weight_decay times the sum of squared kernels, a part of the loss that Adam
    sees. The learning rate falls to 1/10, 1/100, 1/1000 and 1/2000 after 80, 120, 160 and 180
    epochs.

    Source: docs/method.md section 11.
    """
    return optax.chain(
        optax.add_decayed_weights(2 * recipe.weight_decay, mask=_kernels),
        optax.adam(learning_rate(recipe, steps_per_epoch)),
    )


RECIPES = {"one_cycle": one_cycle, "published": published}


def learning_rate(recipe, steps_per_epoch):
    """Learning rate as a function of the number of steps already taken."""
    if recipe.name == "published":
        return _in_steps(recipe.learning_rate, steps_per_epoch)
    total = recipe.epochs * steps_per_epoch
    return optax.warmup_cosine_decay_schedule(
        0.0, recipe.learning_rate, max(1, round(WARM_UP * total)), total
    )


def _in_steps(start, steps_per_epoch):
    rates = [start] + [start * share for share in _STEPS.values()]
    boundaries = {
        epoch * steps_per_epoch: after / before
        for epoch, before, after in zip(_STEPS, rates, rates[1:], strict=False)
    }
    return optax.piecewise_constant_schedule(start, boundaries)


def _kernels(params):
    return jax.tree.map(lambda leaf: leaf.ndim > 1, params)
