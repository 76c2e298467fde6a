"""The ResNet that an experiment's features come from, trained once on all points of its data."""

from efficient_augmentation.networks import recipes, train_resnet
from efficient_augmentation.transforms.distortions import Distortion


def fit(points, featurizer, checkpoints=None, progress=None):
    """Train a ResNet.

    Args:
      points: mapping of the arrays that `every_point.load` returns.
      featurizer: the config's featurizer, mode train.
      checkpoints: `checkpoints.Checkpoints`, None for none.
      progress: text stream for the bar, None for none.
    Returns: (variables, meta, history) as `of_experiment.fit`.
    Raises: ValueError as `train_resnet.train`.
    """
    settings = dict(featurizer)
    kind, name = settings.pop("kind"), settings.pop("recipe")
    distortion, seed = Distortion(**settings.pop("distortion")), settings.pop("seed")
    settings.pop("mode")
    x, y = points["x_train"], points["y_train"]
    n_classes = int(y.max()) + 1
    variables, history = train_resnet.train(
        kind,
        x,
        y,
        n_classes=n_classes,
        recipe=recipes.Recipe(name, **settings),
        test=(points["x_test"], points["y_test"]),
        distortion=distortion if any(distortion) else None,
        seed=seed,
        checkpoints=checkpoints,
        progress=progress,
    )
    meta = {"name": kind, "n_classes": n_classes, "input_shape": list(x.shape[1:])}
    rows = [dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True)]
    return variables, meta, rows
