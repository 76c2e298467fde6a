"""resnet56v2 compared with the same network in PyTorch: images per second, forward and training.

    make bench ROWS=networks

PyTorch (torch, the CPU build will do) is no dependency of the project: install it for this
comparison. It runs in the layout that is fastest for it on CPU, channels_last, with as many threads
as there are CPUs. Forward is inference as `featurize` does it, ours with batch normalisation folded
and PyTorch's in evaluation mode; training is the same loss, batch and AdamW, images already in
memory. Both networks get the same weights, and their logits are compared before anything is timed.
The two take turns, and the best of their turns counts.
"""

import os
import time

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation.networks import (
    featurize,
    models,
    recipes,
    resnet,
    train_resnet,
    training,
)

try:
    import torch
    from torch import nn
except ImportError:
    raise SystemExit(
        "benchmarks/networks.py compares with PyTorch, which is not installed: pip install torch"
    ) from None

SIDE, CLASSES, TURNS = 32, 10, 3
THREADS = len(os.sched_getaffinity(0))


class Block(nn.Module):
    """A block of `resnet.ResNet` as PyTorch's layers."""

    def __init__(self, width_in, inner, width, stride, leading, project):
        super().__init__()
        self.leading = norm(width_in) if leading else None
        self.projection = nn.Conv2d(width_in, width, 1, stride) if project else None
        self.reduce = nn.Conv2d(width_in, inner, 1, stride)
        self.reduce_norm = norm(inner)
        self.spatial = nn.Conv2d(inner, inner, 3, padding=1)
        self.spatial_norm = norm(inner)
        self.expand = nn.Conv2d(inner, width, 1)

    def forward(self, x):
        y = torch.relu(self.leading(x)) if self.leading else x
        shortcut = self.projection(x) if self.projection else x
        y = torch.relu(self.reduce_norm(self.reduce(y)))
        y = torch.relu(self.spatial_norm(self.spatial(y)))
        return shortcut + self.expand(y)


class Network(nn.Module):
    """`resnet.resnet56v2` and its smaller variants."""

    def __init__(self, form):
        super().__init__()
        self.stem = nn.Conv2d(3, form.stem_width, 3, padding=1)
        self.stem_norm = norm(form.stem_width)
        blocks, width = [], form.stem_width
        for stage, n in enumerate(form.stage_sizes):
            for block in range(n):
                stride = 2 if stage and not block else 1
                sizes = width, form.inner_widths[stage], form.widths[stage]
                blocks.append(Block(*sizes, stride, bool(stage or block), not block))
                width = form.widths[stage]
        self.blocks = nn.Sequential(*blocks)
        self.final, self.head = norm(width), nn.Linear(width, form.n_classes)

    def forward(self, x):
        x = torch.relu(self.stem_norm(self.stem(x)))
        x = torch.relu(self.final(self.blocks(x)))
        return self.head(x.mean((2, 3)))


def norm(width):
    return nn.BatchNorm2d(width, eps=resnet.EPSILON, momentum=1 - resnet.MOMENTUM)


def copied(network, form, variables):
    """The PyTorch network with our weights."""
    params, stats = variables["params"], variables["batch_stats"]
    with torch.no_grad():
        set_conv(network.stem, params["stem"]["conv"])
        set_norm(network.stem_norm, params["stem"]["norm"], stats["stem"]["norm"])
        names = [
            f"stage_{stage + 1}_block_{block + 1}"
            for stage, n in enumerate(form.stage_sizes)
            for block in range(n)
        ]
        for block, name in zip(network.blocks, names, strict=True):
            p, s = params[name], stats[name]
            if block.leading:
                set_norm(block.leading, p["leading"], s["leading"])
            if block.projection:
                set_conv(block.projection, p["projection"])
            for part in ("reduce", "spatial"):
                set_conv(getattr(block, part), p[part]["conv"])
                set_norm(getattr(block, f"{part}_norm"), p[part]["norm"], s[part]["norm"])
            set_conv(block.expand, p["expand"])
        set_norm(network.final, params["final"], stats["final"])
        network.head.weight.copy_(torch.from_numpy(np.array(params["head"]["kernel"].T)))
        network.head.bias.copy_(torch.from_numpy(np.array(params["head"]["bias"])))
    return network


def set_conv(layer, params):
    layer.weight.copy_(torch.from_numpy(np.array(params["kernel"].transpose(3, 2, 0, 1))))
    layer.bias.copy_(torch.from_numpy(np.array(params["bias"])))


def set_norm(layer, params, stats):
    for target, values in (
        (layer.weight, params["scale"]),
        (layer.bias, params["bias"]),
        (layer.running_mean, stats["mean"]),
        (layer.running_var, stats["var"]),
    ):
        target.copy_(torch.from_numpy(np.array(values)))


def forward_ours(name, variables, x):
    return lambda: featurize.featurize(name, variables, x)


def forward_theirs(network, x):
    def run():
        network.eval()
        with torch.inference_mode():
            for start in range(0, len(x), 64):
                network(x[start : start + 64])

    return run


def training_ours(name, x, y, batch_size):
    """A function that takes some steps of `resnet_training`, compiled already."""
    recipe = recipes.Recipe("one_cycle", 1, batch_size, 2e-3, 0.05, 0.1)
    mesh = train_resnet._mesh(batch_size)
    steps = len(y) // batch_size
    plan = train_resnet._Plan(models.build(name, CLASSES), recipe, None, steps, mesh)
    whole = train_resnet.NamedSharding(mesh, train_resnet.PartitionSpec())
    data, key = jax.device_put((x, y.astype(np.int32)), whole), jax.random.key(0)
    start = training.quickly_compiled(train_resnet._start, 0)
    state = [jax.device_put(start(plan, key, *data), whole)]

    def run():
        totals = jnp.zeros(()), jnp.zeros(())
        state[0], _ = train_resnet._steps(plan, state[0], totals, key, 0, steps, *data)
        jax.block_until_ready(state[0])

    return run


def training_theirs(network, x, y, batch_size):
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.05)
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)

    def run():
        network.train()
        for start in range(0, len(y), batch_size):
            optimizer.zero_grad()
            loss(network(x[start : start + batch_size]), y[start : start + batch_size]).backward()
            optimizer.step()

    return run


def best(functions, n, turns):
    """Images per second of each, the best of their turns."""
    seconds = [np.inf] * len(functions)
    for turn in range(turns + 1):
        for k, function in enumerate(functions):
            start = time.perf_counter()
            function()
            # The first turn compiles and warms up.
            if turn:
                seconds[k] = min(seconds[k], time.perf_counter() - start)
    return [n / s for s in seconds]


def rows(name="resnet56v2", images=256, batch=64, turns=TURNS):
    """What is compared, one after the other, in a process whose JAX has not started yet.

    Args:
      name: network, see `models.build`.
      images: images a turn.
      batch: images a training step.
      turns: how often each is timed; the best counts.
    Yields: (work, our images a second, those of PyTorch).
    """
    torch.set_num_threads(THREADS)
    # As in the workflow, each thread is a device.
    jax.config.update("jax_num_cpu_devices", THREADS)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (images, SIDE, SIDE, 3), dtype=np.uint8)
    y = rng.integers(0, CLASSES, images)
    form = models.build(name, CLASSES)
    variables = jax.tree.map(np.asarray, form.init(jax.random.key(0), np.zeros((1, SIDE, SIDE, 3))))
    network = copied(Network(form), form, variables).to(memory_format=torch.channels_last)
    pixels = torch.from_numpy(x.transpose(0, 3, 1, 2) / np.float32(255))
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        theirs = network.eval()(pixels[:8]).numpy()
    np.testing.assert_allclose(form.apply(variables, x[:8] / 255), theirs, rtol=1e-2, atol=1e-2)
    forward = forward_ours(name, variables, x), forward_theirs(network, pixels)
    yield "forward", *best(forward, images, turns)
    training = (
        training_ours(name, x, y, batch),
        training_theirs(network, pixels, torch.from_numpy(y), batch),
    )
    yield f"training step of {batch}", *best(training, images, turns)
