"""How a network's training went: loss and accuracy after every epoch."""

import numpy as np

from efficient_augmentation.figures import style

TRAIN = {"color": style.BLACK, "linestyle": "solid"}
TEST = {"color": style.AFTER, "linestyle": (0, (4, 1.2))}


@style.styled
def training(columns):
    """Loss and accuracy over the epochs, of the test set too where the history holds it.

    Args:
      columns: of history.csv: epoch, loss, accuracy, and of a ResNet test_accuracy and
        learning_rate, which stands in the background of the loss, scaled to its own peak.
    Returns: Figure, a column wide.
    Raises: ValueError if there is no epoch.
    """
    epochs = np.asarray(columns["epoch"], float)
    if not len(epochs):
        raise ValueError("history: no epoch was trained")
    height = 3.6
    figure = style.new_figure(style.COLUMN, height)
    upper = figure.add_axes((0.165, 2.02 / height, 0.795, 1.3 / height))
    lower = figure.add_axes((0.165, 0.36 / height, 0.795, 1.46 / height), sharex=upper)
    upper.set_title("Training of the network", x=-0.19)
    if "learning_rate" in columns:
        _draw_rate(upper, epochs, np.asarray(columns["learning_rate"], float))
    _draw(upper, epochs, columns["loss"], TRAIN, "training loss")
    upper.set_ylabel("loss (nats)")
    upper.tick_params(labelbottom=False)
    _draw(lower, epochs, columns["accuracy"], TRAIN, "training images")
    if "test_accuracy" in columns and np.isfinite(columns["test_accuracy"]).any():
        last = columns["test_accuracy"][-1]
        _draw(lower, epochs, columns["test_accuracy"], TEST, f"test images: {last:.4f} at the end")
    lower.set_ylabel("accuracy")
    lower.set_xlabel("epoch", labelpad=1)
    lower.xaxis.get_major_locator().set_params(integer=True)
    lower.legend(loc="lower right", borderpad=0.1)
    return figure


def _draw(axes, epochs, values, look, label):
    marker = "o" if len(epochs) <= 12 else None
    axes.plot(
        epochs, values, linewidth=1.2, marker=marker, markersize=2.6, label=label, zorder=3, **look
    )
    axes.grid(axis="y", color="#ececec", linewidth=0.5)


def _draw_rate(axes, epochs, rate):
    right = axes.twinx()
    right.fill_between(epochs, rate / rate.max(), color=style.LIGHT, alpha=0.6, linewidth=0)
    right.set_ylim(0, 1)
    right.set_axis_off()
    right.annotate(
        f"learning rate, at most {rate.max():.2g}",
        (1, 0.97),
        xycoords="axes fraction",
        ha="right",
        va="top",
        color=style.GREY,
        fontsize=6,
    )
    axes.set_zorder(right.get_zorder() + 1)
    axes.patch.set_visible(False)
