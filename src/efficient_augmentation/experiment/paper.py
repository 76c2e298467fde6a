"""The paper's experiments, and which of them cannot run here for lack of data."""

from efficient_augmentation.data import available, download
from efficient_augmentation.experiment import inputs

NAMES = ("mnist", "mnist_online", "cifar10", "norb", "norb_augmented")


def skipped(experiments, mirrors):
    """Experiments of the paper that cannot run here.

    Args:
      experiments: mapping from name to effective settings.
      mirrors: the config's mirrors.
    Returns: dict from name to the reason.
    Cost: may use the network, as `available.lacking`.
    """
    mirrors = download.mirrors_from_environment(mirrors)
    reasons = {}
    for name in NAMES:
        if name not in experiments:
            reasons[name] = "the configuration holds no experiment of this name"
            continue
        files = inputs.published_files(experiments[name]["dataset"])
        if reason := available.lacking(files, mirrors):
            reasons[name] = reason
    return reasons
