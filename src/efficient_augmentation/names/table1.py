"""Table 1 of the paper: the experiments that repeat its rows, and its transform."""

EXPERIMENTS = {"mnist_online": "MNIST", "mnist": "MNIST", "cifar10": "CIFAR-10", "norb": "NORB"}
"""The experiments that repeat a row of the table, with the row; the closest to it first.

The paper refits MNIST's network at every budget, as mnist_online does; mnist freezes it.
"""

TRANSFORM = "translate"
"""The transform that the table is about."""
