"""The key `end_to_end` of an experiment, and checks against other keys."""

from typing import Annotated

from annotated_types import Interval
from pydantic import AfterValidator

from efficient_augmentation.config import featurizer
from efficient_augmentation.config.messages import shown
from efficient_augmentation.config.policies import PolicyName, Score
from efficient_augmentation.config.section import Count, Increasing, Section, Several, plain
from efficient_augmentation.names import networks, policies, scores


def _trained(network):
    if not hasattr(network, "epochs"):
        raise ValueError(
            f"{shown(plain(network))} is not trained; give a network that is, such as {{kind: cnn}}"
        )
    return network


def _of_networks(score):
    if score in scores.GIVEN:
        raise ValueError(
            f"{score} comes from the training of the network that makes the features, which "
            "networks trained end to end do not have; leave it out"
        )
    return score


class EndToEnd(Section):
    """Networks trained from scratch with only the chosen points augmented."""

    shares: Increasing[Annotated[float, Interval(gt=0, le=1)]] = []
    """Shares of the training points to augment, increasing; none trains no such networks."""
    policies: Several[PolicyName] = ["baseline", "random_proportional"]
    """Policies that choose the points, on frozen features."""
    scores: Several[Annotated[Score, AfterValidator(_of_networks)]] = ["loss", "influence"]
    """Scores by which they choose."""
    rounds: Count = 3
    """Repetitions, each with its own choices and networks."""
    network: Annotated[featurizer.Featurizer, AfterValidator(_trained)] = featurizer.SmallNetwork(
        kind="cnn"
    )
    """The network and its training; its mode is ignored."""


def problems(settings, image_shape):
    """Problems of the key.

    Args:
      settings: effective settings of the experiment.
      image_shape: as `data.dataset.image_shape`.
    Yields: str, one message each.
    """
    plan, network = settings["end_to_end"], settings["end_to_end"]["network"]
    if not plan["shares"]:
        return
    if image_shape is None:
        yield "end_to_end: networks need images, the data are features; give shares: []"
    yield from featurizer.size_problems(
        "end_to_end.network.kind", network["kind"], image_shape, "a ResNet takes any"
    )
    if network.get("exclude_points"):
        yield (
            "end_to_end.network.exclude_points: true, but these networks are trained on the "
            "experiment's points and no others; leave it out"
        )
    yield from featurizer.stem_problems("end_to_end.network", network)
    yield from featurizer.half_size_problems("end_to_end.network", network, image_shape)
    for i, name in enumerate(plan["policies"]):
        if policies.parse(name).downweight and "recipe" in network:
            yield (
                f"end_to_end.policies[{i}]: {name} weights rows, which {network['kind']} "
                f"cannot; take {' or '.join(networks.SMALL)}, or leave it out"
            )
