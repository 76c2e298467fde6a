"""States of a training: kept, given back, refused where they belong to another."""

import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation.networks.checkpoints import Checkpoints

STATE = {"params": {"kernel": jnp.arange(6.0).reshape(2, 3)}, "count": jnp.int32(4)}
HISTORY = {"epoch": [1, 2], "loss": [0.5, float("nan")]}


def test_what_is_kept_comes_back(tmp_path):
    kept = Checkpoints(tmp_path / "here", {"seed": 1})
    assert kept.latest(STATE) is None
    kept.save(1, {"params": {"kernel": jnp.zeros((2, 3))}, "count": jnp.int32(0)}, {"epoch": [1]})
    kept.save(2, STATE, HISTORY)
    for again in (kept, Checkpoints(tmp_path / "here", {"seed": 1})):
        epoch, state, history = again.latest(STATE)
        assert epoch == 2
        np.testing.assert_array_equal(state["params"]["kernel"], STATE["params"]["kernel"])
        assert state["count"] == 4
        np.testing.assert_equal(history, HISTORY)


def test_another_training_starts_anew(tmp_path):
    Checkpoints(tmp_path / "here", {"seed": 1}).save(1, STATE, HISTORY)
    assert Checkpoints(tmp_path / "here", {"seed": 2}).latest(STATE) is None
    # The first is gone for good, not only hidden.
    assert Checkpoints(tmp_path / "here", {"seed": 1}).latest(STATE) is None


def test_a_state_of_another_network_is_refused_and_kept(tmp_path):
    kept = Checkpoints(tmp_path / "here", {})
    kept.save(3, STATE, HISTORY)
    wider = {"params": {"kernel": jnp.zeros((2, 4))}, "count": jnp.int32(0)}
    with pytest.raises(ValueError, match=r"states/3: .*"):
        kept.latest(wider)
    deeper = {"params": {"kernel": jnp.zeros((2, 3)), "bias": jnp.zeros(3)}, "count": jnp.int32(0)}
    with pytest.raises(ValueError, match=r"delete .*here to train from the start"):
        kept.latest(deeper)
    assert kept.latest(STATE)[0] == 3


@pytest.mark.parametrize("other", [jnp.bfloat16, jnp.float16])
def test_a_state_of_another_precision_is_refused_and_kept(tmp_path, other):
    kernel = STATE["params"]["kernel"].astype(other)
    Checkpoints(tmp_path / "here", {}).save(3, {**STATE, "params": {"kernel": kernel}}, HISTORY)
    name = jnp.dtype(other).name
    with pytest.raises(
        ValueError, match=rf"states/3: holds .*{name}.*, expected float32, int32: .*; delete .*here"
    ):
        Checkpoints(tmp_path / "here", {}).latest(STATE)
    assert (tmp_path / "here/states/3").is_dir()


def test_a_damaged_state_is_named(tmp_path):
    kept = Checkpoints(tmp_path / "here", {})
    kept.save(1, STATE, HISTORY)
    for file in (tmp_path / "here/states/1").rglob("*"):
        if file.parent.name == "d":
            file.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"states/1: .*cannot be read .*delete"):
        Checkpoints(tmp_path / "here", {}).latest(STATE)


def test_removed_with_the_folder(tmp_path):
    kept = Checkpoints(tmp_path / "here", {})
    kept.save(1, STATE, HISTORY)
    kept.remove()
    assert list(tmp_path.iterdir()) == []
