"""Checkpoints of a long training: a killed training resumes after its last complete epoch."""

import json
import logging
import os
import shutil
from pathlib import Path

import jax
import numpy as np
from orbax import checkpoint

_MARK = "training.json"

_log = logging.getLogger(__name__)


class Checkpoints:
    """The last state of one training in a folder of its own.

    The folder belongs to one training. If it holds the state of another one (other settings, code
    or data), nobody will finish that one, and the folder is emptied.

    Args:
      folder: created if it is missing; nothing else may be kept in it.
      identity: everything that the weights depend on, as JSON can hold it.
    """

    def __init__(self, folder, identity):
        self.folder = Path(folder).absolute()
        if jax.process_index() == 0:
            self._claim(json.dumps(identity, sort_keys=True))
        # One state stays until the next is complete. Writing in a background thread would hold a
        # second copy of the state in memory.
        self._manager = checkpoint.CheckpointManager(
            self.folder / "states",
            options=checkpoint.CheckpointManagerOptions(
                max_to_keep=1, create=True, enable_async_checkpointing=False
            ),
        )

    def _claim(self, text):
        mark = self.folder / _MARK
        if mark.is_file() and mark.read_text(encoding="utf-8") == text:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        # The file gets its name only when it is complete: half of it would name another training.
        part = self.folder / f"{_MARK}.part"
        part.write_text(text, encoding="utf-8")
        os.replace(part, mark)

    def save(self, epoch, state, history):
        """Keep the state after an epoch.

        Args:
          epoch: number of epochs done.
          state: pytree of arrays.
          history: mapping of lists that JSON can hold.
        """
        self._manager.save(
            epoch,
            args=checkpoint.args.Composite(
                state=checkpoint.args.StandardSave(state),
                history=checkpoint.args.JsonSave(history),
            ),
        )

    def latest(self, state):
        """The last state that was saved.

        Args:
          state: pytree of arrays with the expected shapes, types and devices.
        Returns: (number of epochs done, state, history), or None if nothing was saved.
        Raises: ValueError if the saved state is damaged or has other shapes or types; it stays as
            it is.
        """
        epoch = self._manager.latest_step()
        if epoch is None:
            return None
        place = self.folder / "states" / str(epoch)
        try:
            found = self._manager.restore(
                epoch,
                args=checkpoint.args.Composite(
                    state=checkpoint.args.StandardRestore(
                        jax.tree.map(checkpoint.utils.to_shape_dtype_struct, state)
                    ),
                    history=checkpoint.args.JsonRestore(),
                ),
            )
        # Orbax and the libraries that it uses have no common class of errors.
        except Exception as error:
            raise ValueError(
                f"{place}: this state of a training cannot be read ({_first_line(error)}); delete "
                f"{self.folder} to train from the start"
            ) from error
        _check(place, state, found.state)
        # Orbax casts to the types that are expected, and says nothing.
        self._check_types(place, state, self._manager.item_metadata(epoch)["state"].tree)
        _log.info("training goes on after epoch %d, kept in %s", epoch, self.folder)
        return epoch, found.state, found.history

    def _check_types(self, place, expected, kept):
        wanted, found = (_types(tree) for tree in (expected, kept))
        if found != wanted:
            raise ValueError(
                f"{place}: holds numbers of {', '.join(found)}, expected {', '.join(wanted)}: "
                f"it is of another precision; delete {self.folder} to train from the start"
            )

    def remove(self):
        """Delete the folder: the training is over."""
        self._manager.close()
        if jax.process_index() == 0:
            shutil.rmtree(self.folder, ignore_errors=True)


def _check(place, expected, found):
    for (path, wanted), value in zip(
        jax.tree.leaves_with_path(expected), jax.tree.leaves(found), strict=True
    ):
        if np.shape(value) != np.shape(wanted):
            raise ValueError(
                f"{place}: {jax.tree_util.keystr(path)} has shape {np.shape(value)}, expected "
                f"{np.shape(wanted)}: it belongs to another network"
            )


def _types(tree):
    return sorted({np.dtype(leaf.dtype).name for leaf in jax.tree.leaves(tree)})


def _first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0]
