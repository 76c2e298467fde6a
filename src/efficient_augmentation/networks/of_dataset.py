"""The ResNet that an experiment's features come from, trained once on all points of its data."""

from efficient_augmentation.names import networks
from efficient_augmentation.networks import models, recipes, train_resnet, training
from efficient_augmentation.transforms.distortions import Distortion


def fit(points, featurizer, *, divisor=1.0, checkpoints=None, progress=None):
    """Train a ResNet.

    Args:
      points: mapping of the arrays that `every_point.load` returns.
      featurizer: the config's featurizer, mode train.
      divisor: of images that are floats, see `as_published.input_of`.
      checkpoints: `checkpoints.Checkpoints`, None for none.
      progress: text stream for the bar, None for none.
    Returns: (variables, meta, history) as `of_experiment.fit`.
    Raises: ValueError as `train_resnet.train`.
    """
    distortion = Distortion(**featurizer["distortion"])
    x, x_test = (models.divided(points[name], divisor) for name in ("x_train", "x_test"))
    y, y_test = points["y_train"], points["y_test"]
    # A class counts even if training leaves out all of its points.
    n_classes = int(max(y.max(), y_test.max())) + 1
    meta = training.description(networks.built(featurizer), n_classes, x)
    variables, history = train_resnet.train(
        meta["name"],
        x,
        y,
        n_classes=n_classes,
        recipe=recipes.of(featurizer),
        test=(x_test, y_test),
        distortion=distortion if any(distortion) else None,
        seed=featurizer["seed"],
        checkpoints=checkpoints,
        progress=progress,
    )
    return variables, meta, training.rows(history)
