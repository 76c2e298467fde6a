"""Training of an experiment's ResNet on all points of its data set, not only on its own points."""

from efficient_augmentation.names import networks
from efficient_augmentation.networks import models, recipes, train_resnet, training
from efficient_augmentation.transforms.distortions import Distortion


def fit(points, featurizer, *, divisor=1.0, checkpoints=None, progress=None):
    """Train a ResNet.

    Args:
      points: mapping of the arrays that `every_point.load` returns.
      featurizer: the config's featurizer, with mode train.
      divisor: number by which float images are divided, see `as_published.input_of`.
      checkpoints: `checkpoints.Checkpoints`, None to keep no state.
      progress: text stream for a bar; if it is no terminal, or None, the log gets lines instead.
    Returns: (variables, meta, history) as `of_experiment.fit`.
    Raises: ValueError as `train_resnet.train`.
    """
    distortion = Distortion(**featurizer["distortion"])
    x, x_test = (models.divided(points[name], divisor) for name in ("x_train", "x_test"))
    y, y_test = points["y_train"], points["y_test"]
    # A class counts even if all its training points are excluded.
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
